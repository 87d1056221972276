"""axe-core finds nothing, in every state, scheme and size; each state leaves a screenshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Visit
from .pages import LONG, NO, TORN, UNKNOWN, YES, expect_everything, submit, verdict

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VERDICTS = {"negative": NO, "positive": YES, "torn": TORN, "long": LONG}


def violations(page: Page) -> list[Any]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible(
    visit: Visit, scheme: str, width: int, javascript: bool, screenshots: Path
) -> None:
    page = visit(
        refused=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    if not javascript:  # axe itself needs it, so only the page goes without
        page.route(
            "**/page.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
        page.reload()

    def check(state: str) -> None:
        name = f"{state}-{scheme}-{width}{'' if javascript else '-plain'}.png"
        page.screenshot(path=screenshots / name, full_page=True)
        assert (state, fits(page)) == (state, True)
        assert (state, violations(page)) == (state, [])

    check("empty")
    for state, text in VERDICTS.items():
        submit(page, text)
        expect(verdict(page).locator(".typed")).to_contain_text(text[:4])
        if javascript:
            expect_everything(page)
        page.locator("summary").click()
        page.locator(".word").nth(1).hover()
        check(state)
    submit(page, UNKNOWN)
    expect(verdict(page)).to_contain_text("No verdict")
    check("unknown")
    submit(page, "10/10")
    expect(page.get_by_role("alert")).to_be_visible()
    check("error")


def test_a_word_without_end_does_not_widen_the_page(visit: Visit) -> None:
    page = visit(viewport={"width": 320, "height": 900})

    submit(page, "great " + "a" * 500)

    expect_everything(page)
    assert fits(page)


def test_colour_is_not_all_that_tells_the_marks_apart(visit: Visit) -> None:
    page = visit(forced_colors="active")

    submit(page, TORN)
    expect_everything(page)

    def lines(side: str) -> set[str]:
        words = page.locator(f".typed .{side}").all()
        return {word.evaluate("e => getComputedStyle(e).borderBottomStyle") for word in words}

    assert (lines("a"), lines("b")) == ({"dashed"}, {"solid"})


def test_reduced_motion_is_respected(visit: Visit) -> None:
    moving, still = (
        visit(reduced_motion=wish).evaluate(
            "getComputedStyle(document.documentElement).scrollBehavior"
        )
        for wish in ("no-preference", "reduce")
    )

    assert (moving, still) == ("smooth", "auto")
