"""Word forms: the stem of each word, by NLTK's Snowball stemmers, as far as a finite table can go.

A model file holds no stemmer, so training uses no more than a file can hold: the stem of each word
in the data, and of each stem in the data with one of the commonest endings. Any other word is its
own stem, when training as when serving.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

#: Endings that are tried at each stem; more would make the file larger for words that are rare.
ENDINGS: Final = 12
SHORTEST: Final = 2

Stem = Callable[[str], str]


class Stems:
    """The stems of words, learnt from the words of a data set."""

    def __init__(self, words: Iterable[str], stem: Stem) -> None:
        """Learn from *words*, each of which counts once.

        Args:
            words: as the analyzer finds them, in lower case.
            stem: a stemmer.
        """
        self._stem = stem
        self.known = {word: self._of(word) for word in sorted(set(words))}
        #: stem -> what its words begin with; "schon" of "schöne" begins with "schön".
        self.beginnings: dict[str, set[str]] = {}
        endings: Counter[str] = Counter()
        for word, found in self.known.items():
            self.beginnings.setdefault(found, set()).add(word[: len(found)])
            endings[word[len(found) :]] += 1
        endings.pop("", None)
        self.endings = ("", *(ending for ending, _ in endings.most_common(ENDINGS)))

    def __call__(self, word: str) -> str:
        """The stem of *word*; *word* itself if the table cannot hold it."""
        if (known := self.known.get(word)) is not None:
            return known
        stem = self._of(word)
        begins = word[: len(stem)] in self.beginnings.get(stem, ())
        return stem if begins and word[len(stem) :] in self.endings else word

    def table(self, vocabulary: Iterable[str]) -> dict[str, str]:
        """word -> stem for every word that changes what a model of *vocabulary* counts."""
        matter = {word for term in vocabulary for word in term.split()}
        words = matter | {word for word, stem in self.known.items() if stem in matter}
        for stem in matter & self.beginnings.keys():
            words |= {
                beginning + ending for beginning in self.beginnings[stem] for ending in self.endings
            }
        pairs = ((word, self(word)) for word in sorted(words))
        return {word: stem for word, stem in pairs if word != stem}

    def _of(self, word: str) -> str:
        stem = self._stem(word)
        return stem if len(stem) >= SHORTEST else word


def snowball(language: str) -> Stem:
    """NLTK's Snowball stemmer for *language*, by its NLTK name."""
    from nltk.stem import SnowballStemmer

    stem: Stem = SnowballStemmer(language).stem
    return stem
