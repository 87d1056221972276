"""JSON pointers: where in a document something is (RFC 6901).

Only for documents that are refused: the decoder says what is wrong and at which byte, while the
client wants to know the place. The document may be hostile: no more than `TOKENS` are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

#: Enough for a thousand texts and more; a document of nothing but brackets has a million.
TOKENS: Final = 20_000

# A name may be a megabyte long, and its owner knows it anyway.
SHOWN_CHARS: Final = 60
SHOWN_STEPS: Final = 20

TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Level:
    """An object or array that is open: the key or index of the member that is being read."""

    is_object: bool
    step: str | int | None = None
    at_key: bool = False
    keys: set[str] = field(default_factory=set)


def pointer_at(body: bytes, offset: int) -> str | None:
    """The pointer to what stands at byte *offset*; None if that is too far on."""
    for start, token, levels in _walk(body):
        if start > offset or (start == offset and token in b"]}"):
            return "".join(_steps(levels))
        _step(levels, token)
    return None


def first_duplicate(body: bytes) -> str | None:
    """The pointer to the first key that its object has had already, if it is not too far on."""
    for _, token, levels in _walk(body):
        level = levels[-1] if levels else None
        if level and level.at_key and token.startswith(b'"') and _text(token) in level.keys:
            return "".join([*_steps(levels[:-1]), _escaped(_text(token))])
        _step(levels, token)
    return None


def lone_surrogate(body: bytes) -> int | None:
    """The byte where a string begins that holds half of a surrogate pair."""
    for start, token, _ in _walk(body):
        if b"\\u" in token and SURROGATE.search(_text(token)):
            return start
    return None


def _walk(body: bytes) -> Iterator[tuple[int, bytes, list[Level]]]:
    """Each token with its first byte, and the levels that are open; the caller takes the steps.

    The end of the document counts as a token too, an empty one.
    """
    levels: list[Level] = []
    for count, match in enumerate(TOKEN.finditer(body)):
        if count == TOKENS:
            return
        yield match.start(), match.group(), levels
    yield len(body), b"", levels


def _step(levels: list[Level], token: bytes) -> None:
    """Take *token* into account: what is open after it, and at which member."""
    level = levels[-1] if levels else None
    if token in (b"{", b"["):
        levels.append(Level(True, at_key=True) if token == b"{" else Level(False, step=0))
    elif level is None:
        return
    elif token in (b"}", b"]"):
        levels.pop()
    elif token == b",":
        level.at_key = level.is_object
        level.step = None if isinstance(level.step, str) or level.step is None else level.step + 1
    elif level.at_key and token.startswith(b'"'):
        level.at_key = False
        level.step = _text(token)
        level.keys.add(level.step)


def _steps(levels: list[Level]) -> list[str]:
    shown = levels[:SHOWN_STEPS]
    return [_escaped(str(level.step)) for level in shown if level.step is not None]


def _escaped(step: str) -> str:
    """One step of a pointer, cut if it is long; what has no UTF-8 becomes a question mark."""
    shown = step if len(step) <= SHOWN_CHARS else step[:SHOWN_CHARS] + "..."
    shown = shown.encode(errors="replace").decode()
    return "/" + shown.replace("~", "~0").replace("/", "~1")


def _text(token: bytes) -> str:
    """The string that *token* stands for, as far as it can be read."""
    raw = token.decode(errors="replace")
    try:
        return str(json.loads(raw, strict=False))
    except ValueError:
        return raw.strip('"')
