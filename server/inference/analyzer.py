"""The single definition of a token, shared by training, export and serving.

Cleaning is letters only, lower case, split on white space, drop stop words, then the lemma of each
word that is left. Stop words go first, so a word whose lemma happens to be a stop word stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NOT_LETTERS = re.compile("[^a-zA-Z]+")
LETTERS = re.compile("[a-zA-Z]+")

#: What counts as a token of normalised text, for scikit-learn and for the ONNX tokenizer alike.
TOKEN_PATTERN = "[a-z][a-z]+"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a review as typed: `review[start:end]`.

    `lemma` is None for a stop word, which the model never sees.
    """

    start: int
    end: int
    lemma: str | None


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Turns a review as typed into the lemmas that the model counts.

    Attributes:
        stop_words: lower-case words that carry no meaning of their own.
        lemma: word -> lemma; WordNet's noun rule when training, the compiled table when serving.
    """

    stop_words: frozenset[str]
    lemma: Callable[[str], str]

    def lemmas(self, review: str) -> list[str]:
        """The lemmas of *review* in order, stop words left out. Plain ASCII, lower case."""
        lemma, stop_words = self.lemma, self.stop_words
        # Lower only what is left: "\u212a".lower() is an ASCII "k" that nobody typed.
        words = NOT_LETTERS.sub(" ", review).lower().split()
        return [lemma(word) for word in words if word not in stop_words]

    def normalise(self, review: str) -> str:
        """The lemmas of *review* joined by one space: what the model's `text` input takes."""
        return " ".join(self.lemmas(review))

    def words(self, review: str) -> Iterator[Word]:
        """Every word of *review* with its place in it, stop words included."""
        for match in LETTERS.finditer(review):
            word = match.group().lower()
            lemma = None if word in self.stop_words else self.lemma(word)
            yield Word(match.start(), match.end(), lemma)


def has_letters(review: str) -> bool:
    """Whether cleaning would leave anything of *review* at all."""
    return LETTERS.search(review) is not None


def count_words(review: str) -> int:
    """How many words `Normaliser.words` finds in *review*."""
    return len(LETTERS.findall(review))


def unread_letters(review: str) -> int:
    """How many letters of *review* are none of those that cleaning leaves."""
    if review.isascii():
        return 0
    return sum(1 for each in review if each.isalpha() and not each.isascii())


def is_token(lemma: str) -> bool:
    """Whether the model could count *lemma*: `TOKEN_PATTERN` wants two letters."""
    return len(lemma) > 1


def table_lookup(lemmas: dict[str, str]) -> Callable[[str], str]:
    """A lemmatiser over a compiled table: a word that is not in it is its own lemma."""
    get = lemmas.get
    return lambda word: get(word, word)
