"""What a client may send to be classified, and the reviews in it.

The types below are the whole grammar: msgspec decodes strictly against them, so a wrong document is
refused while it is read, however deep it is nested.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

import msgspec

from server.errors import (
    EmptyBody,
    MalformedJson,
    MissingReview,
    Problem,
    ReviewAndReviews,
    UnknownField,
    WrongType,
)

# A key may be a megabyte long, and its owner knows it anyway.
SHOWN_CHARS: Final = 60

UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
PLACE = re.compile(r" - at `\$(.*)`$")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /predict`: exactly one of the two."""

    review: str | msgspec.UnsetType = msgspec.UNSET
    reviews: list[str] | msgspec.UnsetType = msgspec.UNSET


DECODER: Final = msgspec.json.Decoder(Asked)


def decode(body: bytes) -> str | list[str]:
    """The review in *body*, or the batch of reviews.

    Raises:
        BadRequest: it is empty, not JSON, or not a document of the form of `Asked`. HTTP 400.
    """
    if not body:
        raise EmptyBody('Send a JSON document such as {"review": "A wonderful film."}.')
    try:
        asked = DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse(error)
    return _exactly_one(asked)


def _exactly_one(asked: Asked) -> str | list[str]:
    review, reviews = asked.review, asked.reviews
    if review is not msgspec.UNSET and reviews is not msgspec.UNSET:
        raise ReviewAndReviews('Send either "review" or "reviews", not both.')
    if review is not msgspec.UNSET:
        return review
    if reviews is not msgspec.UNSET:
        return reviews
    raise MissingReview('Send {"review": "..."} for one review or {"reviews": ["...", ...]}.', "")


def _refuse(error: msgspec.DecodeError | UnicodeDecodeError) -> NoReturn:
    """Say what msgspec found in words of ours."""
    if isinstance(error, msgspec.ValidationError):
        raise _invalid(str(error)) from None
    if isinstance(error, UnicodeDecodeError):
        raise MalformedJson(f"The body holds bytes that are not UTF-8 ({error.reason}).") from None
    raise MalformedJson(f"The body cannot be read: {error}.") from None


def _invalid(message: str) -> Problem:
    if unknown := UNKNOWN_FIELD.match(message):
        name = unknown[1]
        shown = name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "..."
        return UnknownField(
            f'The field "{shown}" is not known here; send "review" or "reviews" alone.',
            "/" + shown.replace("~", "~0").replace("/", "~1"),
        )
    place = PLACE.search(message)
    pointer = _pointer(place[1]) if place else ""
    found = message[: place.start()] if place else message
    return WrongType(f"{found} at {pointer or 'the top of the document'}.", pointer)


def _pointer(path: str) -> str:
    """msgspec's path as a JSON pointer: `.reviews[3]` is `/reviews/3`."""
    return "".join(f"/{name or number}" for name, number in STEP.findall(path))
