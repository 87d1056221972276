"""Terms of a text: n-grams of words or characters, as scikit-learn's vectorisers count them.

The article's graph is given words and makes its terms itself. Every other graph is given the terms
that the model knows, with a separator between them that is in none.

Source of behaviour: `CountVectorizer._word_ngrams`, `_char_ngrams` and `_char_wb_ngrams`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from string import ascii_lowercase
from types import MappingProxyType
from typing import Final, Protocol

from addsup.inference.analyzer import Normaliser, Word, is_token
from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.preprocessing import preprocessor

WHITE_SPACES: Final = re.compile(r"\s\s+")

#: The number of the word where there is white space and nothing else.
NO_WORD: Final = -1

#: A term where it is counted, and the numbers of the words that make it up; one for each character
#: where terms are of characters.
Occurrence = tuple[str, tuple[int, ...]]

#: Words, their numbers, fewest and most of a term -> the terms.
TermsOf = Callable[[Sequence[str], Sequence[int], int, int], Iterator[Occurrence]]


class Reader(Protocol):
    """What a model reads of a text."""

    def read(self, text: str) -> tuple[str, int, int]:
        """The text that the graph takes, how many words *text* has, and how many are known."""

    def occurrences(self, words: Sequence[Word], text: str) -> Iterator[Occurrence]:
        """Each time that a term of one of the *words* of *text* is counted; also unknown ones."""


def reader(
    settings: Analyzer,
    normaliser: Normaliser,
    vocabulary: Collection[str],
    lemmas: Mapping[str, str] = MappingProxyType({}),
) -> Reader:
    """The reader for a model of *vocabulary*; *lemmas* are those that the normaliser looks up."""
    if settings.kind == "char_wb" and settings.within != "chunks":
        return WordTerms(normaliser, vocabulary, settings, within_words)
    if settings.kind in ("char", "char_wb"):
        return CharacterTerms(vocabulary, settings)
    if settings.kind == "letters" and any(" " in term for term in vocabulary):
        return GraphTerms(normaliser, vocabulary)
    if settings.kind == "letters" or settings.ngram_range == (1, 1):
        letters = ascii_lowercase if settings.kind == "letters" else ""  # one is no term there
        table = term_table(vocabulary, lemmas, normaliser.stop_words.union(letters))
        return SingleWords(normaliser.tokenizer.tokens, table, settings.separator)
    return WordTerms(normaliser, vocabulary, settings, neighbours)


def term_table(
    vocabulary: Collection[str], lemmas: Mapping[str, str], dropped: Collection[str]
) -> dict[str, str]:
    """Word as found -> its term; "" for one that does not count, nothing for an unknown one.

    *dropped* are words that do not count: stop words, and single letters if no term is.
    """
    known = frozenset(vocabulary)
    table = {word: word for word in known if word not in lemmas}
    table |= {word: term for word, term in lemmas.items() if term in known}
    return table | dict.fromkeys(dropped, "")


class SingleWords:
    """Terms of one word each: what the graph takes is looked up, a word at a time."""

    def __init__(
        self, tokens: Callable[[str], list[str]], table: Mapping[str, str], separator: str
    ) -> None:
        """*table* is a `term_table` by what *tokens* finds."""
        self.tokens = tokens
        self.table = table
        self.separator = separator

    def read(self, text: str) -> tuple[str, int, int]:
        found = list(map(self.table.get, self.tokens(text)))
        known = list(filter(None, found))
        return self.separator.join(known), len(found) - found.count(""), len(known)

    def occurrences(self, words: Sequence[Word], text: str) -> Iterator[Occurrence]:  # noqa: ARG002
        return ((word.lemma, (i,)) for i, word in enumerate(words) if word.lemma)


class GraphTerms:
    """Words for the article's graph, which counts them and their neighbours itself."""

    def __init__(self, normaliser: Normaliser, vocabulary: Collection[str]) -> None:
        self.lemmas = normaliser.lemmas
        self.known = frozenset(word for term in vocabulary for word in term.split())
        self.longest = max(term.count(" ") + 1 for term in vocabulary)

    def read(self, text: str) -> tuple[str, int, int]:
        lemmas = self.lemmas(text)
        words = sum(map(is_token, lemmas))  # a single letter is in no term
        return " ".join(lemmas), words, sum(map(self.known.__contains__, lemmas))

    def occurrences(self, words: Sequence[Word], text: str) -> Iterator[Occurrence]:  # noqa: ARG002
        """Terms of several words are counted where only stop words and single letters part them."""
        tokens = [i for i, word in enumerate(words) if word.lemma and is_token(word.lemma)]
        lemmas = [words[i].lemma or "" for i in tokens]
        return neighbours(lemmas, tokens, 1, self.longest)


class WordTerms:
    """Terms made of words: of those that follow one another, or of characters within each."""

    def __init__(
        self,
        normaliser: Normaliser,
        vocabulary: Collection[str],
        settings: Analyzer,
        terms_of: TermsOf,
    ) -> None:
        self.lemmas = normaliser.lemmas
        self.vocabulary = frozenset(vocabulary)
        self.fewest, self.most = settings.ngram_range
        self.separator = settings.separator
        self.terms_of = terms_of

    def read(self, text: str) -> tuple[str, int, int]:
        lemmas = self.lemmas(text)
        return known_terms(
            self.terms_of(lemmas, range(len(lemmas)), self.fewest, self.most),
            self.vocabulary,
            self.separator,
            len(lemmas),
        )

    def occurrences(self, words: Sequence[Word], text: str) -> Iterator[Occurrence]:  # noqa: ARG002
        tokens = [i for i, word in enumerate(words) if word.lemma is not None]
        lemmas = [words[i].lemma or "" for i in tokens]
        return self.terms_of(lemmas, tokens, self.fewest, self.most)


class CharacterTerms:
    """Terms of characters that follow one another, across words or within each."""

    def __init__(self, vocabulary: Collection[str], settings: Analyzer) -> None:
        self.vocabulary = frozenset(vocabulary)
        self.settings = settings
        self.preprocess = preprocessor(settings.lowercase, settings.strip_accents)

    def read(self, text: str) -> tuple[str, int, int]:
        prepared = self.preprocess(text)
        separator, words = self.settings.separator, len(prepared.split())
        return known_terms(self._terms(prepared), self.vocabulary, separator, words)

    def occurrences(self, words: Sequence[Word], text: str) -> Iterator[Occurrence]:  # noqa: ARG002
        return self._terms(self.preprocess(text))

    def _terms(self, text: str) -> Iterator[Occurrence]:
        fewest, most = self.settings.ngram_range
        if self.settings.kind == "char":
            return _across_words(WHITE_SPACES.sub(" ", text), fewest, most)
        words = text.split()
        return within_words(words, range(len(words)), fewest, most)


def neighbours(
    lemmas: Sequence[str], places: Sequence[int], fewest: int, most: int
) -> Iterator[Occurrence]:
    """Terms of *fewest* to *most* of the *lemmas*, which are the words at *places*."""
    for length in range(fewest, min(most, len(lemmas)) + 1):
        for start in range(len(lemmas) - length + 1):
            end = start + length
            yield " ".join(lemmas[start:end]), tuple(places[start:end])


def _across_words(text: str, fewest: int, most: int) -> Iterator[Occurrence]:
    owners = _owners(text)
    for length in range(fewest, min(most, len(text)) + 1):
        for start in range(len(text) - length + 1):
            members = owners[start : start + length]
            inside = tuple(member for member in members if member != NO_WORD)
            yield text[start : start + length], inside or (_next(owners, start),)


def _owners(text: str) -> list[int]:
    """For each character of *text* the number of its word, `NO_WORD` for white space."""
    owners, word, inside = [], -1, False
    for each in text:
        if each.isspace():
            inside = False
        elif not inside:
            inside, word = True, word + 1
        owners.append(word if inside else NO_WORD)
    return owners


def _next(owners: Sequence[int], start: int) -> int:
    """The word after white space at *start*, or else the one before it."""
    for owner in owners[start:]:
        if owner != NO_WORD:
            return owner
    return max(owners)


def within_words(
    words: Sequence[str], places: Sequence[int], fewest: int, most: int
) -> Iterator[Occurrence]:
    """Terms of *fewest* to *most* characters within each of the *words*, which are at *places*."""
    for word, place in zip(words, places, strict=True):
        padded = f" {word} "
        for length in range(fewest, most + 1):
            for start in range(max(1, len(padded) - length + 1)):
                members = max(1, len(padded[start : start + length].strip()))
                yield padded[start : start + length], (place,) * members
            if length >= len(padded):  # a word that is no longer is counted once
                break


def known_terms(
    found: Iterator[Occurrence], vocabulary: Collection[str], separator: str, words: int
) -> tuple[str, int, int]:
    """Those of the terms *found* that are known, joined; *words*; and how many words they touch."""
    known: list[str] = []
    touched: set[int] = set()
    for term, members in found:
        if term in vocabulary:
            known.append(term)
            touched.update(members)
    touched.discard(NO_WORD)
    return separator.join(known), words, len(touched)
