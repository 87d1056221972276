"""Text analyzer: the single definition of a token, shared by training, export and serving.

How a text is read is part of the model file: the settings of scikit-learn's vectorisers, read as
`build_analyzer()` reads them, or the article's letters only. Then stop words go, and a table gives
the lemma (or stem) of each word that is left. Stop words go first, so a word whose lemma happens to
be a stop word stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.preprocessing import (
    align,
    align_composed,
    compose_first,
    end_as_typed,
    is_composed,
    preprocessor,
)

#: For each byte of UTF-8 the lower-case letter that it is, or a space.
LOWER_LETTERS: Final = bytes(
    ord(chr(byte).lower()) if byte < 128 and chr(byte).isalpha() else ord(" ")
    for byte in range(256)
)
LETTERS: Final = re.compile("[a-zA-Z]+")
CHUNK: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text as typed: `text[start:end]`.

    `lemma` is None for a stop word, which the model never sees.
    """

    start: int
    end: int
    lemma: str | None


class Tokenizer(Protocol):
    """Text as typed -> tokens, stop words included.

    Attributes:
        missing: what a text has in which there is no token.
        other_letters: which letters are in none.
    """

    missing: str
    other_letters: str

    def tokens(self, text: str) -> list[str]:
        """The tokens of *text*, in order."""

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Each token of *text* with where it begins and ends as typed."""

    def reads(self, text: str) -> bool:
        """Whether there is a token in *text* at all."""

    def count(self, text: str) -> int:
        """How many tokens there are in *text*."""
        return len(self.tokens(text))

    def unread_letters(self, text: str) -> int:
        """How many letters of *text* are in no token, though they stand in a word."""


class LettersOnly(Tokenizer):
    """The article's tokens: letters from a to z, in lower case."""

    missing = "no letters from a to z, and the model reads nothing else"
    other_letters = "of other alphabets"

    def tokens(self, text: str) -> list[str]:
        # A quarter of the time of a pattern. Only ASCII becomes lower: "\u212a".lower() is an ASCII
        # "k" that nobody typed. Half a character (a lone surrogate) is replaced by a "?".
        return text.encode("utf-8", "replace").translate(LOWER_LETTERS).decode("ascii").split()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in LETTERS.finditer(text):
            yield match.start(), match.end(), match.group().lower()

    def reads(self, text: str) -> bool:
        return LETTERS.search(text) is not None

    def unread_letters(self, text: str) -> int:
        if text.isascii():
            return 0
        return sum(1 for each in text if each.isalpha() and not each.isascii())


LETTERS_ONLY: Final = LettersOnly()


def _blank(match: re.Match[str]) -> str:
    return " " if match.group() else ""


class PatternTokens(Tokenizer):
    """The tokens of scikit-learn's `analyzer="word"`: all that a pattern finds."""

    missing = "no word that the model could read"
    other_letters = "outside the words that the model reads"

    def __init__(self, settings: Analyzer) -> None:
        """Compile the pattern of *settings*.

        Raises:
            re.error: it is none.
        """
        self.composes = settings.normal_form == "NFC"
        self.preprocess = preprocessor(settings.lowercase, settings.strip_accents)
        if self.composes:
            self.preprocess = partial(compose_first, self.preprocess)
        self.pattern = re.compile(settings.token_pattern)
        self.group = min(self.pattern.groups, 1)
        self.keeps_letters = not settings.strip_accents and not self.group

    def tokens(self, text: str) -> list[str]:
        return self.pattern.findall(self.preprocess(text))

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        if not self.composes or is_composed(text):
            yield from self._spans(text)
            return
        composed, places = align_composed(text)
        for start, end, word in self._spans(composed):
            yield places[start], places[end], word

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        read, places = align(text, self.preprocess)
        for match in self.pattern.finditer(read):
            start, end = match.span(self.group)
            if start < end:
                typed = end_as_typed(text, places[end - 1], self.preprocess)
                yield places[start], typed, match.group(self.group)

    def reads(self, text: str) -> bool:
        return self.pattern.search(self.preprocess(text)) is not None

    def unread_letters(self, text: str) -> int:
        """Letters outside all tokens, but for those that stand alone: the pattern wants more."""
        if text.isascii() or (self.keeps_letters and self._reads_all(text)):
            return 0
        left = list(text)
        for start, end, _ in self.spans(text):
            left[start:end] = " " * (end - start)
        chunks = "".join(left).split()
        return sum(sum(map(str.isalpha, chunk)) for chunk in chunks if len(chunk) > 1)

    def _reads_all(self, text: str) -> bool:
        """Whether nothing is left unread, which is usual, told without looking for the places."""
        left = self.pattern.sub(_blank, self.preprocess(text)).split()
        return not any(len(chunk) > 1 and any(map(str.isalpha, chunk)) for chunk in left)


class Chunks(Tokenizer):
    """What stands between white space: the words that terms of characters are told of."""

    missing = "no character that the model could read"
    other_letters = ""

    def __init__(self, settings: Analyzer) -> None:
        self.preprocess = preprocessor(settings.lowercase, settings.strip_accents)

    def tokens(self, text: str) -> list[str]:
        return self.preprocess(text).split()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        read, places = align(text, self.preprocess)
        for match in CHUNK.finditer(read):
            end = end_as_typed(text, places[match.end() - 1], self.preprocess)
            yield places[match.start()], end, match.group()

    def reads(self, text: str) -> bool:
        return bool(self.preprocess(text).strip())

    def unread_letters(self, text: str) -> int:  # noqa: ARG002
        return 0


def tokenizer(settings: Analyzer) -> Tokenizer:
    """The tokenizer that *settings* describe.

    Raises:
        re.error: their token pattern is none.
    """
    if settings.kind == "letters":
        return LETTERS_ONLY
    return PatternTokens(settings) if settings.kind == "word" else Chunks(settings)


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Turns a text as typed into the lemmas that the model counts.

    Attributes:
        stop_words: words, as tokens are, that carry no meaning of their own.
        lemma: word -> lemma; WordNet's noun rule when training, the compiled table when serving.
        tokenizer: finds the words.
    """

    stop_words: frozenset[str]
    lemma: Callable[[str], str]
    tokenizer: Tokenizer = LETTERS_ONLY

    def lemmas(self, text: str) -> list[str]:
        """The lemmas of *text* in order, stop words left out."""
        lemma, stop_words = self.lemma, self.stop_words
        return [lemma(word) for word in self.tokenizer.tokens(text) if word not in stop_words]

    def normalise(self, text: str) -> str:
        """The lemmas of *text* joined by one space: what training's vectorisers take."""
        return " ".join(self.lemmas(text))

    def words(self, text: str) -> Iterator[Word]:
        """Every word of *text* with its place in it, stop words included."""
        for start, end, word in self.tokenizer.spans(text):
            lemma = None if word in self.stop_words else self.lemma(word)
            yield Word(start, end, lemma)


def is_token(lemma: str) -> bool:
    """Whether the article's model could count *lemma*: `TOKEN_PATTERN` wants two letters."""
    return len(lemma) > 1


def table_lookup(lemmas: dict[str, str]) -> Callable[[str], str]:
    """A lemmatiser over a compiled table: a word that is not in it is its own lemma."""
    get = lemmas.get
    return lambda word: get(word, word)
