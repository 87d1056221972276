"""Validation: what a review must be before the model sees it, whichever way it came in."""

from __future__ import annotations

from collections.abc import Sequence

from addsup.inference.analyzer import Tokenizer
from addsup.server.errors import ProblemError, ProblemType
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
    check_count(texts.items, settings.max_reviews)
    good, bad = [], {}
    for index, text in enumerate(texts.items):
        try:
            if not isinstance(text, str):
                raise ProblemError(ProblemType.WRONG_TYPE, "This is not a string.")
            check_review(text, settings.max_review_chars, tokenizer)
        except ProblemError as problem:
            bad[index] = problem
        else:
            good.append(text)
    return good, bad


def check_texts(texts: Texts, settings: Settings, tokenizer: Tokenizer) -> None:
    """Refuse a review, or a batch, that is not what the model reads.

    Raises:
        ProblemError: as for `check_review` and `check_reviews`.
    """
    if texts.is_batch:
        check_reviews(texts.items, settings, tokenizer)
    else:
        check_review(texts.items[0], settings.max_review_chars, tokenizer)


def check_review(
    review: str, max_chars: int, tokenizer: Tokenizer, pointer: str = "/review"
) -> None:
    """Refuse a review that says nothing to the model, or too much.

    Args:
        review: as typed.
        max_chars: characters it may have.
        tokenizer: the model's.
        pointer: where it stands in the request.

    Raises:
        ProblemError: it is empty or white space, or has nothing that the model reads (HTTP 400), or
            has more than *max_chars* characters (413).
    """
    if len(review) > max_chars:
        raise ProblemError(
            ProblemType.REVIEW_TOO_LONG,
            f"The review has {len(review):,} characters; at most {max_chars:,} are read.",
            pointer,
        )
    if tokenizer.reads(review):
        return
    if review.strip():
        raise ProblemError(
            ProblemType.REVIEW_WITHOUT_LETTERS,
            f"The review has {tokenizer.missing}.",
            pointer,
        )
    raise ProblemError(
        ProblemType.EMPTY_REVIEW, "The review is empty; write a word or two.", pointer
    )


def check_reviews(
    reviews: Sequence[str], settings: Settings, tokenizer: Tokenizer, pointer: str = "/reviews"
) -> None:
    """Refuse a batch that is too long, or the first bad review in it.

    Args:
        reviews: as typed.
        settings: how many there may be, and how many characters each may have.
        tokenizer: the model's.
        pointer: where the batch stands in the request.

    Raises:
        ProblemError: there are too many. HTTP 413.
        ProblemError: as for `check_review`; `pointer` names the index.
    """
    check_count(reviews, settings.max_reviews, pointer)
    most, reads = settings.max_review_chars, tokenizer.reads
    for index, review in enumerate(reviews):
        if len(review) > most or not reads(review):
            check_review(review, most, tokenizer, f"{pointer}/{index}")


def check_count(reviews: Sequence[object], most: int, pointer: str = "/reviews") -> None:
    """Refuse a batch of more than *most* reviews.

    Raises:
        ProblemError: HTTP 413.
    """
    if len(reviews) > most:
        raise ProblemError(
            ProblemType.TOO_MANY_REVIEWS,
            f"The request has {len(reviews):,} reviews; send at most {most:,} at a time.",
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
            "fewer or shorter reviews, or explain=1.",
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
            "send fewer or shorter reviews, or do without explain=1.",
        )
