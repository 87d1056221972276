"""Parsing of requests: what a client may send to be classified, and the texts in it.

The types below are the whole grammar: msgspec decodes strictly against them, so a wrong document
is refused while it is read, however deep it is nested. `api/openapi/openapi.json` describes them.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, UnsetType

from addsup.server.errors import ProblemError, ProblemType

T = TypeVar("T")

UNKNOWN_FIELD = re.compile(
    r"Object contains unknown field `(.*?)`(?: - at `\$([\w.\[\]]*)`)?$", re.DOTALL
)
MISSING_FIELD = re.compile(r"Object missing required field `(\w+)`")
PLACE = re.compile(r" - at `\$(.*)`$")
STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
BYTE = re.compile(r" \(byte (\d+)\)")

#: A name may be a megabyte long, and its owner knows it anyway.
SHOWN_CHARS: Final = 60


class PredictRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /predict`: one text, or a batch, whose texts `validation` looks at.

    `review` and `reviews` are what version 1 called `text` and `texts`.
    """

    text: str | UnsetType = UNSET
    texts: list[Any] | UnsetType = UNSET
    review: str | UnsetType = UNSET
    reviews: list[Any] | UnsetType = UNSET
    on_error: Literal["request", "item"] | UnsetType = UNSET


DECODER: Final = msgspec.json.Decoder(PredictRequest)

#: Fields of a single text and of a batch: the name, and the one of version 1.
SINGLE: Final = ("text", "review")
BATCH: Final = ("texts", "reviews")
FIELDS: Final = ("text", "texts", "review", "reviews")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a request: one alone, or a batch, which is answered as a batch.

    Attributes:
        items: the texts; in a batch anything at all.
        field: of the request that they came in.
        by_item: whether a bad one is answered in its place.
    """

    items: list[Any]
    field: str
    by_item: bool = False

    @property
    def is_batch(self) -> bool:
        """Whether they came as a batch."""
        return self.field in BATCH


def parse_json(body: bytes) -> Texts:
    """The text in *body*, or the batch of texts.

    Raises:
        ProblemError: it is empty, not JSON, or not a `PredictRequest`. HTTP 400.
    """
    request = decode_with(DECODER, body, '{"text": "A wonderful film."}')
    if may_hide_a_key(body):
        refuse_duplicates(body)
    values = (request.text, request.texts, request.review, request.reviews)
    given = [pair for pair in zip(FIELDS, values, strict=True) if pair[1] is not UNSET]
    if not given:
        raise ProblemError(
            ProblemType.MISSING_TEXT,
            'Send {"text": "..."} for one text or {"texts": ["...", ...]}.',
            "",
        )
    if len(given) > 1:
        raise ProblemError(
            ProblemType.TEXT_AND_TEXTS,
            f'Send one of "text" and "texts", not both "{given[0][0]}" and "{given[1][0]}".',
            "",
        )
    field, found = cast("tuple[str, Any]", given[0])
    if field in SINGLE:
        return Texts([found], field)
    return Texts(found, field, by_item=request.on_error == "item")


def parse_form(body: bytes) -> Texts:
    """The text in a URL-encoded form (ProblemError, HTTP 400)."""
    if not body:
        raise ProblemError(ProblemType.EMPTY_BODY, "Send the form's field text.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=10
        )
    except ValueError:  # UnicodeDecodeError is one
        raise ProblemError(
            ProblemType.MALFORMED_FORM, "The form is not URL-encoded UTF-8 with one field."
        ) from None
    for name, _ in pairs:
        if name not in SINGLE:
            raise _unknown(name, "", "send text alone")
    if len(pairs) > 1:
        raise ProblemError(
            ProblemType.DUPLICATE_FIELD, "The form has the field text more than once.", "/text"
        )
    if not pairs:
        raise ProblemError(ProblemType.MISSING_TEXT, "The form has no field named text.", "/text")
    ((field, text),) = pairs
    return Texts([text], field)


def decode_with(decoder: msgspec.json.Decoder[T], body: bytes, example: str) -> T:
    """*body* as what *decoder* reads.

    Raises:
        ProblemError: it is empty, not JSON, or something else, at the pointer. HTTP 400.
    """
    if not body:
        raise ProblemError(ProblemType.EMPTY_BODY, f"Send a JSON document such as {example}.")
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _refuse(error, body)
    except RecursionError:
        raise _too_deep() from None


def may_hide_a_key(body: bytes) -> bool:
    """Whether a document that was decoded as `PredictRequest` could have had a key twice.

    All its keys are known, so a second one is spelled out or has an escaped letter. Nearly all
    documents have neither; `json.loads` would take a tenth of their time.
    """
    keys = body.count(b'"text') + body.count(b'"review') + body.count(b'"on_error')
    return keys != 1 or b"\\u00" in body


def refuse_duplicates(body: bytes) -> None:
    """Refuse a document in which an object has a key twice. It must be known to be well-formed.

    Raises:
        ProblemError: HTTP 400.
    """

    def check(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ProblemError(
                    ProblemType.DUPLICATE_FIELD,
                    f'The field "{_shown(key)}" is given twice in one object.',
                )
            seen.add(key)

    try:
        json.loads(body, object_pairs_hook=check)
    except RecursionError:
        raise _too_deep() from None


def _too_deep() -> ProblemError:
    return ProblemError(ProblemType.WRONG_TYPE, "The document is nested too deeply.", "")


def _refuse(error: msgspec.DecodeError | UnicodeDecodeError, body: bytes) -> NoReturn:
    """Say what msgspec found in words of ours."""
    if isinstance(error, msgspec.ValidationError):
        raise _invalid(str(error)) from None
    byte = BYTE.search(str(error))
    offset = int(byte[1]) if byte else len(body)
    reason = f"The body cannot be read: {BYTE.sub('', str(error))}"
    if body.startswith(BOM_UTF8):
        reason, offset = "The body begins with a byte order mark; leave it out", 0
    elif isinstance(error, UnicodeDecodeError):
        reason = f"The body holds bytes that are not UTF-8 ({error.reason})"
        offset = _first_bad_byte(body)
    line, start = body.count(b"\n", 0, offset) + 1, body.rfind(b"\n", 0, offset)
    raise ProblemError(
        ProblemType.MALFORMED_JSON, f"{reason} (line {line}, byte {offset - start})."
    ) from None


def _first_bad_byte(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(body)


def _invalid(message: str) -> ProblemError:
    if unknown := UNKNOWN_FIELD.match(message):
        return _unknown(unknown[1], _pointer(unknown[2] or ""), "leave it out")
    place = PLACE.search(message)
    pointer = _pointer(place[1]) if place else ""
    if missing := MISSING_FIELD.match(message):
        return ProblemError(
            ProblemType.MISSING_FIELD, f'The field "{missing[1]}" is missing.', pointer
        )
    found = message[: place.start()] if place else message
    return ProblemError(
        ProblemType.WRONG_TYPE, f"{found} at {pointer or 'the top of the document'}.", pointer
    )


def _unknown(name: str, parent: str, advice: str) -> ProblemError:
    shown = _shown(name)
    return ProblemError(
        ProblemType.UNKNOWN_FIELD,
        f'The field "{shown}" is not known here; {advice}.',
        f"{parent}/" + shown.replace("~", "~0").replace("/", "~1"),
    )


def _shown(name: str) -> str:
    """*name*, cut if it is long."""
    return name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "..."


def _pointer(path: str) -> str:
    """msgspec's path as a JSON pointer: `.texts[3]` is `/texts/3`."""
    return "".join(f"/{name or number}" for name, number in STEP.findall(path))
