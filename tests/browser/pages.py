"""How a person uses the page, for tests."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

NO = "What a waste of time. The acting is awful, and the plot is worse."
YES = "A wonderful film! Great cast, beautiful music, and I loved every minute of it."
TORN = "The plot is bad and far too long, but the cast is great and the music is lovely."
LONG = (
    "I expected very little. The first half hour is slow, flat and stupid.\n"
    "Then the daughter comes home, and the film wakes up! The two leads are wonderful together. "
    "The car chase is awful and far too long. But the last scene is excellent, a great film."
)
UNKNOWN = "Zxqv wvutq."


def field(page: Page) -> Locator:
    return page.get_by_label(re.compile("^(Review|Text)$"))


def submit(page: Page, text: str) -> None:
    """Type *text* at once and press the button."""
    field(page).fill(text)
    page.get_by_role("button", name="What does it say?").click()


def verdict(page: Page) -> Locator:
    return page.locator("#result .verdict")


def expect_verdict(page: Page, label: str) -> None:
    expect(verdict(page).get_by_role("heading")).to_have_text(
        re.compile(rf"^This (review|text) reads as {re.escape(label)} (\d|over)")
    )


def expect_error(page: Page, says: str) -> None:
    """The error stands beside the field, which refers to it."""
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(says)
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    expect(field(page)).to_have_accessible_description(
        f"{alert.inner_text()} {page.locator('#count').inner_text()}"
    )


def expect_everything(page: Page) -> None:
    """All that JavaScript adds below a verdict is there."""
    expect(page.get_by_role("button", name="Copy as curl")).to_be_visible()


def contribution(word: Locator) -> Locator:
    """The number of a marked word."""
    return word.locator(".contribution")
