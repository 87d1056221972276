"""Term counts: the document-term matrix of a corpus, made once and cut into folds.

A vectoriser fitted on some texts counts the terms that are in them, sorted. So it sees what the
vectoriser of the whole corpus sees, without the columns that are empty there, and texts are read
once however many folds and settings there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from addsup.train.hyperparameters import NgramRange, counter
from scipy import sparse

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoldCounts:
    """The terms of some texts, counted in them and in others.

    Attributes:
        fitted: [n, V], of the texts to fit on; no column is empty.
        tested: [m, V], of the texts to test with.
        rows: [m], which texts these are.
        truth: [n] numbers of the labels of the texts to fit on.
    """

    fitted: sparse.csr_matrix
    tested: sparse.csr_matrix
    rows: Rows
    truth: Rows

    def commonest(self, number: int | None) -> FoldCounts:
        """Of the *number* commonest terms alone, as `CountVectorizer(max_features=number)`."""
        if number is None or number >= self.fitted.shape[1]:
            return self
        times = np.asarray(self.fitted.sum(axis=0)).ravel()
        # The very expression of scikit-learn, for it decides between equally common terms.
        chosen = np.sort((-times).argsort()[:number])
        return FoldCounts(self.fitted[:, chosen], self.tested[:, chosen], self.rows, self.truth)


def count_terms(texts: Collection[str], ngram_range: NgramRange) -> sparse.csr_matrix:
    """How often each of V terms is in each of n normalised *texts*: [n, V].

    A corpus without any term gives no column.
    """
    try:
        counts: Any = counter(ngram_range).fit_transform(texts)
    except ValueError:  # scikit-learn's for an empty vocabulary
        return sparse.csr_matrix((len(texts), 0), dtype=np.int64)
    return sparse.csr_matrix(counts)


def cut(counts: sparse.csr_matrix, fitted: Rows, tested: Rows, truth: Rows) -> FoldCounts:
    """The rows *fitted* and *tested* of *counts* [n, V], by the terms of those fitted."""
    to_fit = counts[fitted]
    there = np.flatnonzero(np.bincount(to_fit.indices, minlength=counts.shape[1]))
    return FoldCounts(to_fit[:, there], counts[tested][:, there], tested, truth[fitted])


@dataclass(frozen=True, slots=True)
class WordUsage:
    """How texts use words: mean number a text, and share of them that are in no other text."""

    words: float
    unknown: float


def word_usage(counts: sparse.csr_matrix) -> WordUsage:
    """From the counts of words, [n, V].

    The words of a text that are in no other are what a model of the others would not know of it.
    """
    in_texts = np.bincount(counts.indices, minlength=counts.shape[1])
    total = int(counts.sum())
    alone = int(counts.data[in_texts[counts.indices] == 1].sum())
    return WordUsage(total / counts.shape[0], alone / max(1, total))
