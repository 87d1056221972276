"""Preprocessing of text as scikit-learn's vectorisers do it, with the way back to what was typed.

Source of behaviour: `sklearn.feature_extraction.text.strip_accents_unicode` and `_ascii`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

Preprocess = Callable[[str], str]


def preprocessor(lowercase: bool, strip_accents: str | None) -> Preprocess:
    """What is done to a text before its tokens are sought: lower case first, then accents."""
    strip = STRIP.get(strip_accents or "")
    if strip is None:
        return str.lower if lowercase else str
    return (lambda text: strip(text.lower())) if lowercase else strip


def strip_marks(text: str) -> str:
    """*text* decomposed (NFKD), without its combining characters; ASCII stays as it is."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join([each for each in decomposed if not unicodedata.combining(each)])


def strip_to_ascii(text: str) -> str:
    """*text* decomposed (NFKD), without all that is not ASCII then."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


STRIP: Final = {"unicode": strip_marks, "ascii": strip_to_ascii}


def compose(text: str) -> str:
    """*text* in Unicode's normal form C."""
    return unicodedata.normalize("NFC", text)


def compose_first(preprocess: Preprocess, text: str) -> str:
    """*text* in normal form C, preprocessed."""
    return preprocess(compose(text))


def is_composed(text: str) -> bool:
    """Whether *text* is in normal form C already, as nearly every one is."""
    return unicodedata.is_normalized("NFC", text)


def align_composed(text: str) -> tuple[str, Sequence[int]]:
    """*text* composed, and where each of its characters, and its end, come from in *text*.

    A character belongs to those before it if it composes, or changes places, with them.
    """
    composed, places, start = "", list[int](), 0
    for end in range(1, len(text) + 1):
        is_apart = end == len(text) or compose(text[start : end + 1]) == (
            compose(text[start:end]) + compose(text[end])
        )
        if is_apart:
            found = compose(text[start:end])
            places += [start] * len(found)
            composed, start = composed + found, end
    return composed, [*places, len(text)]


def align(text: str, preprocess: Preprocess) -> tuple[str, Sequence[int]]:
    """*text* preprocessed, and for each of its characters where in *text* it comes from.

    Lower case and decomposition depend on what stands around a character (a sigma at the end of a
    word), but never on how many characters it becomes, so each is measured alone.
    """
    if text.isascii():
        return preprocess(text), range(len(text))
    places = [i for i, each in enumerate(text) for _ in preprocess(each)]
    return preprocess(text), places


def end_as_typed(text: str, last: int, preprocess: Preprocess) -> int:
    """Where a token ends in *text* whose last character comes from place *last*.

    The combining characters after it that preprocessing has taken away belong to it.
    """
    end = last + 1
    while end < len(text) and unicodedata.combining(text[end]) and not preprocess(text[end]):
        end += 1
    return end
