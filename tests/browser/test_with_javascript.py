"""What JavaScript adds: verdicts while typing stops, what would change them, copies, a history."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from playwright.sync_api import Page, Route, expect

from addsup.server.web.views import percent
from tests.live import LiveServer

from .conftest import Visit
from .pages import (
    LONG,
    NO,
    TORN,
    UNKNOWN,
    YES,
    contribution,
    expect_error,
    expect_everything,
    expect_verdict,
    field,
    submit,
    verdict,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


def test_verdict_appears_while_typing_stops(page: Page) -> None:
    field(page).press_sequentially(NO)

    expect_verdict(page, "negative")
    expect(page).to_have_url(page.url.split("#")[0])


def test_verdict_goes_when_the_field_is_emptied(page: Page) -> None:
    field(page).fill(NO)
    expect_verdict(page, "negative")

    field(page).fill("")

    expect(verdict(page)).to_have_count(0)
    expect(page.locator("#more")).to_be_empty()


def test_control_enter_asks_at_once(page: Page) -> None:
    field(page).fill(YES)
    field(page).press("Control+Enter")

    expect_verdict(page, "positive")
    expect(page.locator("#history li")).to_have_count(1)


def test_verdict_is_announced(page: Page) -> None:
    submit(page, NO)

    expect(page.get_by_role("status")).to_contain_text("negative, ")
    expect(page.get_by_role("status")).to_contain_text("most for negative")


def test_answer_that_was_overtaken_is_not_shown(page: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/verdict", hold_the_first)
    submit(page, NO)
    page.wait_for_timeout(100)
    submit(page, YES)
    expect_verdict(page, "positive")

    assert len(held) == 1
    page.wait_for_timeout(200)
    expect_verdict(page, "positive")


@pytest.mark.parametrize("width", [320, 1280])
def test_wanted_verdict_comes_into_view(visit: Visit, width: int) -> None:
    page = visit(viewport={"width": width, "height": 700}, has_touch=True)

    page.get_by_role("button", name="A clear no").tap()

    expect(page.get_by_role("heading", name="This review reads as")).to_be_in_viewport()


def test_number_of_a_word_shows_on_hover_focus_and_tap(visit: Visit) -> None:
    page = visit(has_touch=True)
    submit(page, TORN)
    expect_everything(page)
    hovered, focused, tapped = verdict(page).locator(".typed button").all()[:3]

    hovered.hover()
    expect(contribution(hovered)).to_have_css("opacity", "1")
    focused.focus()
    expect(contribution(focused)).to_have_css("opacity", "1")
    tapped.tap()
    expect(contribution(tapped)).to_have_css("opacity", "1")


def test_what_would_change_the_verdict_is_what_predict_says(
    page: Page, live_server: LiveServer
) -> None:
    submit(page, TORN)
    expect_everything(page)

    rows = page.locator(".changes li").all()

    assert rows
    for row in rows:
        word = row.locator("b").inner_text()
        assert TORN.count(word) == 1
        answer = live_server.predict({"text": TORN.replace(word, "")}).json
        expect(row).to_contain_text(f"{answer['label']} {percent(answer['probability'])}")


def test_strip_has_a_bar_for_each_sentence(page: Page, live_server: LiveServer) -> None:
    submit(page, LONG)
    bars = page.get_by_role("toolbar").get_by_role("button")
    expect(bars).to_have_count(6)

    bars.first.focus()
    page.keyboard.press("ArrowRight")

    expect(bars.nth(1)).to_be_focused()
    sentence = "The first half hour is slow, flat and stupid."
    answer = live_server.predict({"text": sentence}).json
    expect(page.locator(".shown")).to_have_text(
        f"2. {answer['label']} {percent(answer['probability'])} \u201c{sentence}\u201d"
    )


def test_short_text_has_no_strip(page: Page) -> None:
    submit(page, NO)
    expect_everything(page)

    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_copies_are_a_request_and_its_answer(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    submit(page, 'It\'s "great"\n\\o/ $HOME `date` \U0001f600')

    page.get_by_role("button", name="Copy as JSON").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    answer = json.loads(page.evaluate("navigator.clipboard.readText()"))
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(2)
    command = page.evaluate("navigator.clipboard.readText()")

    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert command.startswith("curl ")
    assert json.loads(done.stdout) == answer
    assert answer["explanation"]["words"]


def test_history_stays_in_this_tab(page: Page, visit: Visit) -> None:
    for text in (NO, YES):
        submit(page, text)
    expect_verdict(page, "positive")
    page.reload()

    page.locator("#history").get_by_role("button", name="waste of time").click()

    expect_verdict(page, "negative")
    expect(field(page)).to_have_value(NO)
    expect(visit().locator("#history li")).to_have_count(0)
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator("#history")).to_be_empty()
    assert page.evaluate("localStorage.length") == 0


def test_characters_are_counted_as_the_server_counts(page: Page) -> None:
    field(page).fill("\U0001f600 good\n")

    expect(page.locator("#count")).to_have_text("7 of 50,000 characters")


@pytest.mark.parametrize(
    ("text", "says"), [("10/10", "no letters"), ("good " * 10_001, "at most 50,000")]
)
def test_refusal_stands_beside_the_field(visit: Visit, text: str, says: str) -> None:
    page = visit(refused=True)

    submit(page, text)

    expect_error(page, says)
    expect(verdict(page)).to_have_count(0)
    field(page).fill(YES)
    expect_verdict(page, "positive")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_nothing_known_is_said(page: Page) -> None:
    submit(page, UNKNOWN)

    expect(verdict(page)).to_contain_text("nothing to go on")
    expect(page.locator("#more")).to_be_empty()


def test_server_that_is_gone_is_said(visit: Visit) -> None:
    page = visit(refused=True)
    page.route("**/verdict", lambda route: route.abort())

    submit(page, NO)

    expect_error(page, "does not answer")


def test_verdict_stands_where_the_rest_is_refused(visit: Visit) -> None:
    page = visit(refused=True)
    page.route("**/predict", lambda route: route.fulfill(status=503, json={"detail": "Busy."}))

    submit(page, NO)

    expect_verdict(page, "negative")
    expect_everything(page)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type(TORN)
    page.keyboard.press("Control+Enter")
    expect_everything(page)
    reached = set()

    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not focused.count():
            break
        reached.add(focused.inner_text().split("\n")[0])
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"

    assert {"A clear no", "How the numbers add up", "Copy as curl", "Forget them"} <= reached


def test_marked_words_are_one_tab_stop_and_the_arrows_go_on(page: Page) -> None:
    submit(page, TORN)
    expect_everything(page)
    words = verdict(page).locator(".typed button")

    words.first.focus()
    page.keyboard.press("ArrowRight")
    expect(words.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(words.last).to_be_focused()

    assert words.evaluate_all("all => all.filter((each) => each.tabIndex === 0).length") == 1


def test_a_link_holds_the_text_and_the_server_never_sees_it(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    text = "A wonderful film & more: 100% \U0001f600"
    submit(page, text)
    page.get_by_role("button", name="Copy a link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("about:blank")
    page.goto(link)

    expect(field(page)).to_have_value(text)
    expect_verdict(page, "positive")
    assert not [url for url in asked if "wonderful" in url.partition("#")[0]]


def test_going_back_brings_text_and_verdict(page: Page) -> None:
    submit(page, NO)
    expect_everything(page)
    page.goto("about:blank")

    page.go_back()

    expect(field(page)).to_have_value(NO)
    expect_verdict(page, "negative")
    expect(page.locator("#count")).to_contain_text(f"{len(NO)} of")


def test_white_space_and_the_button_get_a_sentence(page: Page) -> None:
    submit(page, "   ")

    expect_error(page, "nothing to read")


def test_two_labels_that_are_about_as_likely_are_no_verdict(page: Page) -> None:
    submit(page, "film")

    expect(verdict(page).get_by_role("heading")).to_have_text(
        re.compile(r"^Undecided: (\w+) 5\d\.\d%, (\w+) 4\d\.\d%$")
    )
    expect(page).to_have_title(re.compile("^undecided: "))


def test_a_lone_letter_is_named_where_it_is_left_out(page: Page) -> None:
    submit(page, "Plan b film, a wonderful one")

    expect(verdict(page)).not_to_contain_text("\u201c\u201d")
    expect(verdict(page)).to_contain_text("such as \u201cb\u201d")


def test_pasted_page_of_50_000_characters_stays_usable(page: Page) -> None:
    text = (LONG + "\n") * (50_000 // (len(LONG) + 1))

    submit(page, text)

    expect_everything(page)
    expect(page.get_by_role("toolbar").get_by_role("button")).to_have_count(120)
