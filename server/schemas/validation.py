"""Validation: what a text must be before the model sees it, whichever way it came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from addsup.inference.text_checks import problem_with
from addsup.server.errors import ProblemError, ProblemType

if TYPE_CHECKING:
    from addsup.inference.analyzer import Tokenizer
    from addsup.server.schemas.parsing import Texts
    from addsup.server.settings import Settings

#: Words that are read in all to leave out one after the other.
MOST_READ_WITHOUT_ONE = 1_000_000


def good_and_bad(
    texts: Texts, settings: Settings, tokenizer: Tokenizer
) -> tuple[list[str], dict[int, ProblemError]]:
    """The texts of a batch that the model reads, in order, and what is wrong with the others.

    Raises:
        ProblemError: there are too many. HTTP 413.
    """
    check_count(texts.items, settings.max_texts, f"/{texts.field}")
    most, good, bad = settings.max_text_chars, [], {}
    for index, text in enumerate(texts.items):
        if code := _code(text, tokenizer, most):
            bad[index] = _problem(code, text, most, tokenizer)
        else:
            good.append(text)
    return good, bad


def check_text(text: Any, max_chars: int, tokenizer: Tokenizer, pointer: str = "/text") -> None:
    """Refuse what stands at *pointer* if it says nothing to the model, or too much.

    Raises:
        ProblemError: it is no string, empty, white space, or has nothing that the model reads
            (HTTP 400), or has more than *max_chars* characters (413).
    """
    if code := _code(text, tokenizer, max_chars):
        raise _problem(code, text, max_chars, tokenizer, pointer)


def check_texts(
    texts: Sequence[Any], settings: Settings, tokenizer: Tokenizer, pointer: str = "/texts"
) -> None:
    """Refuse a batch at *pointer* that is too long, or the first bad text in it.

    Raises:
        ProblemError: there are too many (HTTP 413), or as for `check_text`.
    """
    check_count(texts, settings.max_texts, pointer)
    most = settings.max_text_chars
    for index, text in enumerate(texts):
        if code := _code(text, tokenizer, most):
            raise _problem(code, text, most, tokenizer, f"{pointer}/{index}")


def _code(text: Any, tokenizer: Tokenizer, most: int) -> str | None:
    return problem_with(text, tokenizer, most) if isinstance(text, str) else "wrong_type"


def _problem(
    code: str, text: Any, most: int, tokenizer: Tokenizer, pointer: str | None = None
) -> ProblemError:
    """The problem *code* of `problem_with`, with the place and the way out."""
    match code:
        case "text_too_long":
            detail = f"The text has {len(text):,} characters; at most {most:,} are read."
        case "text_without_letters":
            detail = f"The text has {tokenizer.missing}."
        case "empty_text":
            detail = "The text is empty; write a word or two."
        case _:
            detail = "This is not a string."
    return ProblemError(ProblemType[code.upper()], detail, pointer)


def check_count(texts: Sequence[object], most: int, pointer: str = "/texts") -> None:
    """Refuse a batch of more than *most* texts (ProblemError, HTTP 413)."""
    if len(texts) > most:
        raise ProblemError(
            ProblemType.TOO_MANY_TEXTS,
            f"The request has {len(texts):,} texts; send at most {most:,} at a time.",
            pointer,
        )


def check_left_out(texts: Sequence[str], tokenizer: Tokenizer) -> None:
    """Refuse to leave out one word after the other of long texts: that reads each text so often.

    Raises:
        ProblemError: HTTP 413.
    """
    read = sum(count * count for count in map(tokenizer.count, texts))
    if read > MOST_READ_WITHOUT_ONE:
        raise ProblemError(
            ProblemType.TOO_MANY_WORDS,
            f"With explain=loo each text is read once for each of its words, {read:,} words in "
            f"all, and at most {MOST_READ_WITHOUT_ONE:,} are read (one text of 1,000 words); send "
            "fewer or shorter texts, or explain=1.",
        )


def check_explained(texts: Sequence[str], most: int, tokenizer: Tokenizer) -> None:
    """Refuse to explain more than *most* words: the answer grows with them, as does its cost.

    Raises:
        ProblemError: HTTP 413.
    """
    count = sum(map(tokenizer.count, texts))
    if count > most:
        raise ProblemError(
            ProblemType.TOO_MANY_WORDS,
            f"The request has {count:,} words, and at most {most:,} are explained at a time; "
            "send fewer or shorter texts, or do without explain=1.",
        )
