"""Term counts: the document-term matrix of a corpus, made once and cut into folds.

A vectoriser fitted on some texts counts the terms that are in them, sorted. So it sees what the
vectoriser of the whole corpus sees, without the columns that are empty there, and texts are read
once however many folds and settings there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

#: What counts as a token of normalised text: two characters, or one of a script without spaces. On
#: letters from a to z it is the article's "[a-z][a-z]+".
NORMALISED_TOKEN: Final = r"\S\S+|[^\s\x00-\x7f]"

#: Which words of the language's list are dropped before anything is counted.
#: "as typed" drops none, and takes words for their own lemmas.
StopWords = Literal["none", "all", "all but negations", "as typed"]
#: Terms of as few and as many words, as scikit-learn has it.
NgramRange = tuple[int, int]
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
        """Counts of the *number* commonest terms, as of `CountVectorizer(max_features=...)`."""
        if number is None or number >= self.fitted.shape[1]:
            return self
        times = np.asarray(self.fitted.sum(axis=0)).ravel()
        # The very expression of scikit-learn, for it decides between equally common terms.
        chosen = np.sort((-times).argsort()[:number])
        return FoldCounts(self.fitted[:, chosen], self.tested[:, chosen], self.rows, self.truth)


def counting(ngram_range: NgramRange, of_characters: bool = False) -> dict[str, Any]:
    """Parameters of scikit-learn's vectorisers by which terms of normalised text are counted.

    They are of words, or of the characters within each.
    """
    if of_characters:
        return {"analyzer": "char_wb", "ngram_range": ngram_range, "lowercase": False}
    return {"ngram_range": ngram_range, "lowercase": False, "token_pattern": NORMALISED_TOKEN}


def counter(ngram_range: NgramRange, of_characters: bool = False) -> CountVectorizer:
    """Vectoriser that counts all terms of normalised text, not fitted."""
    return CountVectorizer(dtype=np.int32, **counting(ngram_range, of_characters))


def count_terms(
    texts: Collection[str], ngram_range: NgramRange, of_characters: bool = False
) -> sparse.csr_matrix:
    """Document-term matrix, [n, V]: how often each of V terms is in each of n normalised *texts*.

    A corpus without any term gives no column.
    """
    try:
        counts: Any = counter(ngram_range, of_characters).fit_transform(texts)
    except ValueError:  # scikit-learn's for an empty vocabulary
        return sparse.csr_matrix((len(texts), 0), dtype=np.int64)
    return sparse.csr_matrix(counts)


def cut_fold(counts: sparse.csr_matrix, fitted: Rows, tested: Rows, truth: Rows) -> FoldCounts:
    """Counts of one fold: rows *fitted* and *tested* of *counts*, by the terms of the fitted."""
    to_fit = counts[fitted]
    present = np.flatnonzero(np.bincount(to_fit.indices, minlength=counts.shape[1]))
    return FoldCounts(to_fit[:, present], counts[tested][:, present], tested, truth[fitted])


@dataclass(frozen=True, slots=True)
class WordUsage:
    """Use of words: their mean number a text, and the share of them that are in no other text."""

    words: float
    unknown: float


def word_usage(counts: sparse.csr_matrix) -> WordUsage:
    """Use of words in n texts, from the counts of words, [n, V].

    The words of a text that are in no other are what a model of the others would not know of it.
    """
    in_texts = np.bincount(counts.indices, minlength=counts.shape[1])
    total = int(counts.sum())
    alone = int(counts.data[in_texts[counts.indices] == 1].sum())
    return WordUsage(total / counts.shape[0], alone / max(1, total))
