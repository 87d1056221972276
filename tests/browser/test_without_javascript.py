"""From the first visit to a visible verdict, with JavaScript switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visit
from .pages import (
    NO,
    TORN,
    UNKNOWN,
    YES,
    expect_error,
    expect_verdict,
    part,
    review,
    submit,
    verdict,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit(java_script_enabled=False)


@pytest.mark.parametrize(("text", "label"), [(NO, "negative"), (YES, "positive")])
def test_first_visit_to_visible_verdict(page: Page, text: str, label: str) -> None:
    submit(page, text)

    expect_verdict(page, label)
    expect(review(page)).to_have_value(text)
    expect(page).to_have_title(f"{label}: What does this review say?")
    assert verdict(page).locator("dd").count() == 2


def test_an_example_is_one_click(page: Page) -> None:
    page.get_by_role("button", name="A clear yes").click()

    expect_verdict(page, "positive")
    expect(review(page)).not_to_be_empty()


def test_number_of_a_word_shows_on_hover_and_on_focus(page: Page) -> None:
    submit(page, TORN)
    first, second = verdict(page).get_by_role("button").all()[:2]

    expect(part(first)).to_have_css("opacity", "0")
    first.hover()
    expect(part(first)).to_have_css("opacity", "1")
    second.focus()
    expect(part(second)).to_have_css("opacity", "1")


def test_nothing_known_is_said(page: Page) -> None:
    submit(page, UNKNOWN)

    expect(verdict(page)).to_contain_text("No verdict")
    expect(verdict(page)).to_contain_text("nothing to go on")


def test_error_stands_beside_the_field_which_keeps_the_text(visit: Visit) -> None:
    page = visit(java_script_enabled=False, refused=True)

    submit(page, "10/10")

    expect_error(page, "no letters")
    expect(review(page)).to_have_value("10/10")


def test_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.type(NO)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect_verdict(page, "negative")
