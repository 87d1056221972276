"""How heavy the page is, and how soon a verdict is there."""

from __future__ import annotations

import re
import statistics
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live import LiveServer
from tests.places import ROOT

from .conftest import Visit
from .pages import NO, TORN, YES, expect_everything, field, submit

pytestmark = pytest.mark.browser

STATIC = ROOT / "server" / "web" / "static"
PAUSE = int(re.findall(r"const PAUSE = (\d+);", (STATIC / "page.js").read_text())[0])

#: Notes when the last letter was typed, and when the verdict on it had been painted.
STOPWATCH = """() => {
  window.typed = window.painted = 0;
  document.getElementById("text").addEventListener("input", () => { typed = performance.now(); });
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (document.querySelector(".verdict")) painted = performance.now();
  }))).observe(document.getElementById("result"), { childList: true });
}"""
TAKEN = """async () => {
  while (painted < typed) await new Promise((done) => setTimeout(done, 10));
  return painted - typed;
}"""


def test_page_weighs_at_most_60_kilobytes(visit: Visit, live_server: LiveServer) -> None:
    page = visit()
    asked: list[str] = ["/static/icon.svg"]  # chromium asks for it in its own time
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))

    page.reload(wait_until="networkidle")

    sizes = {path: len(live_server.ask(path).body) for path in asked}
    print("\npage weight in bytes:", sizes, "together", sum(sizes.values()))
    assert {"/", "/static/page.js", "/static/style.css"} <= sizes.keys()
    assert sum(sizes.values()) <= 60_000


def test_style_sheet_has_at_most_12_kilobytes() -> None:
    assert (STATIC / "style.css").stat().st_size <= 12_000


def test_verdict_comes_with_every_pause_in_typing(visit: Visit) -> None:
    page = visit()
    page.evaluate(STOPWATCH)
    taken = []

    for text in (NO, YES) * 5:
        field(page).fill("")
        field(page).press_sequentially(text, delay=5)
        expect_everything(page)
        taken.append(page.evaluate(TAKEN) - PAUSE)

    middle, longest = statistics.median(taken), max(taken)
    print(f"\nverdict after a pause of {PAUSE} ms: median {middle:.0f}, longest {longest:.0f} ms")
    assert min(taken) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_picture_of_the_readme_is_small(visit: Visit, scheme: str, screenshots: Path) -> None:
    """The pictures under docs/ are copies of what this test leaves among the screenshots."""
    page = visit(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    submit(page, TORN)
    expect_everything(page)
    page.locator(".typed .word").nth(1).hover()

    picture = page.screenshot(path=screenshots / f"page-{scheme}.png")

    assert len(picture) < 150_000
    assert (ROOT / "docs" / f"page-{scheme}.png").stat().st_size < 150_000


def test_nothing_is_fetched_for_a_verdict_but_it_and_what_would_change_it(visit: Visit) -> None:
    page = visit()
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url.removeprefix(page.url).partition("?v=")[0]),
    )

    submit(page, NO)
    expect_everything(page)

    assert set(asked) - {"static/icon.svg"} == {"verdict", "predict"}
