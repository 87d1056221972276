"""What a review must be before the model sees it, whichever way it came in."""

from __future__ import annotations

from collections.abc import Sequence

from server.errors import EmptyReview, ReviewTooLong, ReviewWithoutLetters, TooManyReviews
from server.inference.analyzer import has_letters


def check_review(review: str, max_chars: int, pointer: str = "/review") -> None:
    """Refuse a review that says nothing to the model, or too much.

    Args:
        review: as typed.
        max_chars: characters it may have.
        pointer: where it stands in the request.

    Raises:
        EmptyReview: it is empty or white space. HTTP 400.
        ReviewWithoutLetters: it has no letter from a to z. HTTP 400.
        ReviewTooLong: it has more than *max_chars* characters. HTTP 413.
    """
    if len(review) > max_chars:
        raise ReviewTooLong(
            f"The review has {len(review):,} characters; at most {max_chars:,} are read.", pointer
        )
    if has_letters(review):
        return
    if review.strip():
        raise ReviewWithoutLetters(
            "The review has no letters from a to z, and the model reads nothing else.", pointer
        )
    raise EmptyReview("The review is empty; write a word or two.", pointer)


def check_reviews(
    reviews: Sequence[str], max_reviews: int, max_chars: int, pointer: str = "/reviews"
) -> None:
    """Refuse a batch that is too long, or the first bad review in it.

    Args:
        reviews: as typed.
        max_reviews: how many there may be.
        max_chars: characters that each may have.
        pointer: where the batch stands in the request.

    Raises:
        TooManyReviews: there are more than *max_reviews*. HTTP 413.
        Problem: as for `check_review`; `pointer` names the index.
    """
    if len(reviews) > max_reviews:
        raise TooManyReviews(
            f"The request has {len(reviews):,} reviews; send at most {max_reviews:,} at a time.",
            pointer,
        )
    for index, review in enumerate(reviews):
        check_review(review, max_chars, f"{pointer}/{index}")
