"""From the first visit to a visible verdict, with JavaScript switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from . import pages
from .conftest import Visit

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit(java_script_enabled=False)


@pytest.mark.parametrize(("text", "label"), [(pages.NO, "negative"), (pages.YES, "positive")])
def test_first_visit_to_visible_verdict(page: Page, text: str, label: str) -> None:
    pages.submit(page, text)

    pages.expect_verdict(page, label)
    expect(pages.field(page)).to_have_value(text)
    expect(page).to_have_title(f"{label}: What does this review say?")
    assert pages.verdict(page).locator("dd").count() == 2


def test_an_example_is_one_click(page: Page) -> None:
    page.get_by_role("button", name="A clear yes").click()

    pages.expect_verdict(page, "positive")
    expect(pages.field(page)).not_to_be_empty()


def test_number_of_a_word_shows_on_hover_and_on_focus(page: Page) -> None:
    pages.submit(page, pages.TORN)
    first, second = pages.verdict(page).get_by_role("button").all()[:2]

    expect(pages.contribution(first)).to_have_css("opacity", "0")
    first.hover()
    expect(pages.contribution(first)).to_have_css("opacity", "1")
    second.focus()
    expect(pages.contribution(second)).to_have_css("opacity", "1")


def test_nothing_known_is_said(page: Page) -> None:
    pages.submit(page, pages.UNKNOWN)

    expect(pages.verdict(page)).to_contain_text("No verdict")
    expect(pages.verdict(page)).to_contain_text("nothing to go on")


def test_error_stands_beside_the_field_which_keeps_the_text(visit: Visit) -> None:
    page = visit(java_script_enabled=False, refused=True)

    pages.submit(page, "10/10")

    pages.expect_error(page, "no letters")
    expect(pages.field(page)).to_have_value("10/10")


def test_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type(pages.NO)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    pages.expect_verdict(page, "negative")
