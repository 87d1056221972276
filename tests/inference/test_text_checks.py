"""Text checks: the code of what is wrong with a text."""

from __future__ import annotations

import pytest

from addsup.inference.analyzer import LETTERS_ONLY
from addsup.inference.text_checks import problem_with


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing_text"),
        (7, "wrong_type"),
        (b"good", "wrong_type"),
        ("good " * 3, "text_too_long"),
        ("", "empty_text"),
        (" \n\u3000", "empty_text"),
        ("12:30 !", "text_without_letters"),
        ("good", None),
    ],
)
def test_a_text_has_at_most_one_problem(text: object, code: str | None) -> None:
    assert problem_with(text, LETTERS_ONLY, max_chars=10) == code
