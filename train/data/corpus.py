"""Corpus: labelled texts, cleaned, with the numbers that training and evaluation work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from addsup.train.term_counts import NgramRange, Rows, StopWords, count_terms

#: So many texts are worked on by one process, which leaves memory for their counts.
LARGE: Final = 10_000


@dataclass(frozen=True, eq=False)
class Corpus:
    """n labelled texts.

    Attributes:
        texts: which stop words are dropped -> the n normalised texts.
        labels: [n].
    """

    texts: Mapping[StopWords, NDArray[np.object_]]
    labels: NDArray[np.str_]

    @classmethod
    def of(cls, texts: Mapping[StopWords, Sequence[str]], labels: Sequence[str]) -> Corpus:
        """Corpus of texts and labels in lists."""
        arrays = {words: np.array(list(each), dtype=object) for words, each in texts.items()}
        return cls(arrays, np.array(labels))

    @property
    def stop_words(self) -> StopWords:
        """The article's choice where the language has a list, else none."""
        return "all" if "all" in self.texts else "none"

    @property
    def is_large(self) -> bool:
        """Whether a process each would take too much memory."""
        return len(self) > LARGE

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The K distinct labels, sorted."""
        return tuple(np.unique(self.labels).tolist())

    @cached_property
    def truth(self) -> Rows:
        """Numbers of the labels, [n], 0 to K - 1."""
        return np.unique(self.labels, return_inverse=True)[1]

    @cached_property
    def copies(self) -> Rows:
        """A number for each text, [n], equal for texts that cleaning makes equal.

        They count up from 0 in the order in which the texts first appear. Equal is what is equal
        without stop words, negations included: at worst, too much is held to be a copy.
        """
        seen: dict[str, int] = {}
        texts = self.texts[self.stop_words]
        return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)

    def counts(
        self, stop_words: StopWords, ngram_range: NgramRange, of_characters: bool = False
    ) -> sparse.csr_matrix:
        """The counts of all terms of words, or of characters within them, [n, V]; made once."""
        key = stop_words, ngram_range, of_characters
        if key not in self._counts:
            self._counts[key] = count_terms(self.texts[stop_words].tolist(), *key[1:])
        return self._counts[key]

    @cached_property
    def _counts(self) -> dict[tuple[StopWords, NgramRange, bool], sparse.csr_matrix]:
        return {}

    def __len__(self) -> int:
        """Return n."""
        return len(self.labels)
