"""Text checks: what a text must be before the model reads it, in requests and tables alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addsup.inference.analyzer import Tokenizer


def problem_with(text: object, tokenizer: Tokenizer, max_chars: int) -> str | None:
    """The code of what is wrong with *text*; None if the model can read it.

    Args:
        text: as it came; None for a missing one.
        tokenizer: the model's.
        max_chars: characters that a text may have.

    Returns:
        `missing_text`, `wrong_type` (not a string), `text_too_long`, `empty_text` (white space at
        most), `text_without_letters` (nothing that the model reads), or None. docs/errors.md
        explains each.
    """
    if text is None:
        return "missing_text"
    if not isinstance(text, str):
        return "wrong_type"
    if len(text) > max_chars:
        return "text_too_long"
    if tokenizer.reads(text):
        return None
    return "text_without_letters" if text.strip() else "empty_text"
