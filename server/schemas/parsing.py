"""What a client may send to be classified, and the reviews in it.

The types below are the whole grammar: msgspec decodes strictly against them, so a wrong document
is refused while it is read, however deep it is nested. The OpenAPI document is made from them too.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.errors import (
    DuplicateField,
    EmptyBody,
    MalformedForm,
    MalformedJson,
    MissingField,
    MissingReview,
    Problem,
    ReviewAndReviews,
    UnknownField,
    WrongType,
)
from server.schemas.json_pointer import SHOWN_CHARS, first_duplicate, lone_surrogate, pointer_at

T = TypeVar("T")

UNKNOWN_FIELD = re.compile(
    r"Object contains unknown field `(.*?)`(?: - at `\$([\w.\[\]]*)`)?$", re.DOTALL
)
MISSING_FIELD = re.compile(r"Object missing required field `(\w+)`")
PLACE = re.compile(r" - at `\$(.*)`$")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
BYTE = re.compile(r" \(byte (\d+)\)")

#: A review as the schema describes it; `schemas.validation` holds it to that, with its own codes.
Review = Annotated[
    str,
    Meta(
        description="One review, as typed. Of its characters the model reads a to z and A to Z.",
        extra_json_schema={"pattern": "[a-zA-Z]"},
    ),
]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /predict`: exactly one of the two."""

    review: Review | UnsetType = UNSET
    reviews: list[Review] | UnsetType = UNSET


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /predict` as a URL-encoded form: one review."""

    review: Review


DECODER: Final = msgspec.json.Decoder(Asked)


def decode(body: bytes) -> str | list[str]:
    """The review in *body*, or the batch of reviews.

    Raises:
        BadRequest: it is empty, not JSON, or not a document of the form of `Asked`. HTTP 400.
    """
    asked = decode_with(DECODER, body, '{"review": "A wonderful film."}')
    if may_hide_a_key(body):
        refuse_duplicates(body)
    review, reviews = asked.review, asked.reviews
    if review is not UNSET and reviews is not UNSET:
        raise ReviewAndReviews('Send either "review" or "reviews", not both.', "")
    if review is not UNSET:
        return review
    if reviews is not UNSET:
        return reviews
    raise MissingReview('Send {"review": "..."} for one review or {"reviews": ["...", ...]}.', "")


def decode_form(body: bytes) -> str:
    """The review in a URL-encoded form.

    Raises:
        EmptyBody, MalformedForm, UnknownField, DuplicateField, MissingReview: HTTP 400.
    """
    if not body:
        raise EmptyBody("Send the form's field review.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=10
        )
    except ValueError:  # UnicodeDecodeError is one
        raise MalformedForm("The form is not URL-encoded UTF-8 with one field.") from None
    for name, _ in pairs:
        if name != "review":
            raise _unknown(name, "", "send review alone")
    if len(pairs) > 1:
        raise DuplicateField("The form has the field review more than once.", "/review")
    if not pairs:
        raise MissingReview("The form has no field named review.", "/review")
    return pairs[0][1]


def decode_with(decoder: msgspec.json.Decoder[T], body: bytes, example: str) -> T:
    """*body* as what *decoder* reads.

    Raises:
        BadRequest: it is empty, not JSON, or something else; the pointer names the place. HTTP 400.
    """
    if not body:
        raise EmptyBody(f"Send a JSON document such as {example}.")
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse(error, body)


def may_hide_a_key(body: bytes) -> bool:
    """Whether a document that was decoded as `Asked` could have had a key twice.

    Its keys are "review" and "reviews". A second one is spelled out or has an escaped letter,
    and the code of each of theirs begins with 006 or 007. Nearly all documents have neither, which
    is known in a microsecond.
    """
    return body.count(b'"review') != 1 or b"\\u007" in body or b"\\u006" in body


def refuse_duplicates(body: bytes) -> None:
    """Refuse a document in which an object has a key twice. It must be known to be well-formed.

    Raises:
        DuplicateField: HTTP 400.
    """

    def check(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            raise DuplicateField("A field is given twice in one object.", first_duplicate(body))

    json.loads(body, object_pairs_hook=check)


def _refuse(error: msgspec.DecodeError | UnicodeDecodeError, body: bytes) -> NoReturn:
    """Say what msgspec found in words of ours."""
    if isinstance(error, msgspec.ValidationError):
        raise _invalid(str(error)) from None
    if isinstance(error, UnicodeDecodeError):
        reason = f"The body holds bytes that are not UTF-8 ({error.reason})."
        raise MalformedJson(reason, pointer_at(body, _first_bad_byte(body))) from None
    half = lone_surrogate(body)
    if half is not None:
        reason = "A string holds half of a surrogate pair, which stands for no character."
        raise MalformedJson(reason, pointer_at(body, half)) from None
    byte = BYTE.search(str(error))
    place = pointer_at(body, int(byte[1]) if byte else len(body))
    raise MalformedJson(f"The body cannot be read: {error}.", place) from None


def _first_bad_byte(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(body)


def _invalid(message: str) -> Problem:
    if unknown := UNKNOWN_FIELD.match(message):
        return _unknown(unknown[1], _pointer(unknown[2] or ""), "leave it out")
    place = PLACE.search(message)
    pointer = _pointer(place[1]) if place else ""
    if missing := MISSING_FIELD.match(message):
        return MissingField(f'The field "{missing[1]}" is missing.', pointer)
    found = message[: place.start()] if place else message
    return WrongType(f"{found} at {pointer or 'the top of the document'}.", pointer)


def _unknown(name: str, parent: str, advice: str) -> UnknownField:
    shown = name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "..."
    return UnknownField(
        f'The field "{shown}" is not known here; {advice}.',
        f"{parent}/" + shown.replace("~", "~0").replace("/", "~1"),
    )


def _pointer(path: str) -> str:
    """msgspec's path as a JSON pointer: `.reviews[3]` is `/reviews/3`."""
    return "".join(f"/{name or number}" for name, number in STEP.findall(path))
