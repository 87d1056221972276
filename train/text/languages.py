"""Languages: what NLTK has for each, and how words of any alphabet are found in a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple

#: Scripts that put no space between words: each of these characters is a word of its own.
WITHOUT_SPACES: Final = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: Joiners inside words of Indic scripts and of Persian.
JOINERS: Final = "\u200c\u200d"


class Language(NamedTuple):
    """Name of a language in NLTK, and whether NLTK has a Snowball stemmer for it."""

    name: str
    has_stemmer: bool = True


LANGUAGES: Final = {
    "da": Language("danish"),
    "de": Language("german"),
    "en": Language("english"),
    "es": Language("spanish"),
    "fi": Language("finnish"),
    "fr": Language("french"),
    "hu": Language("hungarian"),
    "it": Language("italian"),
    "kk": Language("kazakh", has_stemmer=False),
    "nl": Language("dutch"),
    "no": Language("norwegian"),
    "pt": Language("portuguese"),
    "ru": Language("russian"),
    "sv": Language("swedish"),
    "tr": Language("turkish", has_stemmer=False),
}


def word_pattern() -> str:
    """A pattern for Python's `re` that finds words of two characters or more in any alphabet.

    scikit-learn's own stops at each combining mark, of which a word in Hindi, Thai or Hebrew has
    several, and takes a whole Chinese sentence for one word.
    """
    letter, marks = rf"[^\W{WITHOUT_SPACES}]", f"[{''.join(_marks())}{JOINERS}]"
    word = f"{letter}+(?:{marks}+{letter}*)*"
    return f"[{WITHOUT_SPACES}]|(?={letter}(?:{letter}|{marks})){word}"


def _marks() -> Iterator[str]:
    """Ranges of all combining characters, as they stand in a character class."""
    marks = [i for i in range(0x110000) if unicodedata.category(chr(i)) in ("Mn", "Mc")]
    for _, run in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        first, last = chr(numbers[0]), chr(numbers[-1])
        yield first if first == last else f"{first}-{last}"
