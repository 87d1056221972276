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
        code = problem_with(text, tokenizer, most) if isinstance(text, str) else "wrong_type"
        if code:
            bad[index] = _problem(code, text, most, tokenizer)
        else:
            good.append(text)
    return good, bad


def check_request(texts: Texts, settings: Settings, tokenizer: Tokenizer) -> None:
    """Refuse a text, or a batch, that is not what the model reads.

    Raises:
        ProblemError: as for `check_text` and `check_texts`.
    """
    pointer = f"/{texts.field}"
    if texts.is_batch:
        check_texts(texts.items, settings, tokenizer, pointer)
    else:
        check_text(texts.items[0], settings.max_text_chars, tokenizer, pointer)


def check_text(text: str, max_chars: int, tokenizer: Tokenizer, pointer: str = "/text") -> None:
    """Refuse a text that says nothing to the model, or too much.

    Args:
        text: as typed.
        max_chars: characters it may have.
        tokenizer: the model's.
        pointer: where it stands in the request.

    Raises:
        ProblemError: it is empty or white space, or has nothing that the model reads (HTTP 400), or
            has more than *max_chars* characters (413).
    """
    if code := problem_with(text, tokenizer, max_chars):
        raise _problem(code, text, max_chars, tokenizer, pointer)


def check_texts(
    texts: Sequence[str], settings: Settings, tokenizer: Tokenizer, pointer: str = "/texts"
) -> None:
    """Refuse a batch that is too long, or the first bad text in it.

    Args:
        texts: as typed.
        settings: how many there may be, and how many characters each may have.
        tokenizer: the model's.
        pointer: where the batch stands in the request.

    Raises:
        ProblemError: there are too many. HTTP 413.
        ProblemError: as for `check_text`; `pointer` names the index.
    """
    check_count(texts, settings.max_texts, pointer)
    most = settings.max_text_chars
    for index, text in enumerate(texts):
        if code := problem_with(text, tokenizer, most):
            raise _problem(code, text, most, tokenizer, f"{pointer}/{index}")


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
    """Refuse a batch of more than *most* texts.

    Raises:
        ProblemError: HTTP 413.
    """
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
