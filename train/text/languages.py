"""Languages: what NLTK has for each, and how words of any alphabet are found in a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

#: Scripts that put no space between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese. Each of
#: these characters is a word of its own, with the marks that follow it.
WITHOUT_SPACES: Final = (
    "\u0e00-\u0eff\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\u1780-\u17ff"
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: Joiners inside words of Indic scripts and of Persian.
JOINERS: Final = "\u200c\u200d"

#: Texts that tell the language, and the least share of stop words among their words.
TEXTS_LOOKED_AT: Final = 2_000
LEAST_STOP_WORDS: Final = 0.1
LETTERS: Final = re.compile(r"[^\W\d_]+")


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


def guess_language(
    texts: Sequence[str], lists: Mapping[str, Collection[str]]
) -> tuple[str, float] | None:
    """The language whose stop words make up most of the words of *texts*, and that share.

    Args:
        texts: of which every so many-th is looked at.
        lists: name in NLTK -> stop words.

    Returns:
        The two letters and the share; None if that is less than `LEAST_STOP_WORDS`.
    """
    some = texts[:: max(1, len(texts) // TEXTS_LOOKED_AT)]
    words = Counter(word for text in some for word in LETTERS.findall(text.lower()))
    shares = {
        code: sum(words[each] for each in lists[language.name]) / max(1, words.total())
        for code, language in LANGUAGES.items()
    }
    best = max(shares, key=lambda code: shares[code])
    return (best, shares[best]) if shares[best] >= LEAST_STOP_WORDS else None


def word_pattern() -> str:
    """A pattern for Python's `re` that finds words of two characters or more in any alphabet.

    scikit-learn's own stops at each combining mark, of which a word in Hindi, Thai or Hebrew has
    several, and takes a whole sentence in Thai or Chinese for one word.
    """
    letter, marks = rf"[^\W{WITHOUT_SPACES}]", f"[{''.join(_marks())}{JOINERS}]"
    word = f"{letter}+(?:{marks}+{letter}*)*"
    return rf"(?=\w)[{WITHOUT_SPACES}]{marks}*|(?={letter}(?:{letter}|{marks})){word}"


def _marks() -> Iterator[str]:
    """Ranges of all combining characters, as they stand in a character class."""
    marks = [i for i in range(0x110000) if unicodedata.category(chr(i)) in ("Mn", "Mc")]
    for _, run in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        first, last = chr(numbers[0]), chr(numbers[-1])
        yield first if first == last else f"{first}-{last}"
