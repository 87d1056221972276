"""Sparse Gaussian naive Bayes: fitted from a tf-idf matrix without a dense copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.validation import validate_data

ROWS_A_BATCH = 4096
# A dense block holds this many numbers: 16 MB.
NUMBERS_AT_ONCE = 2**21

Array = npt.NDArray[np.float64]


class SparseGaussianNB(GaussianNB):
    """scikit-learn's GaussianNB for sparse input: the same parameters, the same scores.

    Means and variances come from sums over the stored entries (a term absent from a text adds
    exactly mean**2 to the squared deviations), so a large corpus never becomes dense. Scoring is
    scikit-learn's own code on dense blocks. `partial_fit` and sample weights are not offered.
    """

    def fit(self, X: sparse.csr_array, y: npt.ArrayLike) -> Any:
        """Fit on n texts.

        Args:
            X: tf-idf, [n, V], sparse.
            y: n labels, two or more distinct ones.

        Returns:
            The fitted estimator, with GaussianNB's attributes (`theta_`, `var_`, ...).
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        classes, members = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError("there must be texts of at least two labels")
        return self.set_moments(Moments.of(X, members, len(classes)), classes)

    def set_moments(self, moments: Moments, classes: npt.NDArray[Any]) -> Any:
        """Fitted estimator, from the *moments* of rows of K labels, the *classes*."""
        self.classes_, self.n_features_in_ = classes, moments.mean.shape[1]
        self.class_count_, self.class_prior_ = moments.rows, moments.prior
        self.epsilon_ = self.var_smoothing * moments.greatest
        self.theta_ = moments.mean
        self.var_ = moments.variance + self.epsilon_
        return self

    def _check_X(self, X: Any) -> Any:
        return X if sparse.issparse(X) else super()._check_X(X)

    def _joint_log_likelihood(self, X: Any) -> Array:
        if not sparse.issparse(X):
            return super()._joint_log_likelihood(X)
        rows = max(1, NUMBERS_AT_ONCE // X.shape[1])
        blocks = (X[i : i + rows] for i in range(0, X.shape[0], rows))
        return np.vstack(
            [super(SparseGaussianNB, self)._joint_log_likelihood(b.toarray()) for b in blocks]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments of texts by label, for Gaussian naive Bayes; smoothing comes later.

    Attributes:
        rows: [K], number of texts of each label.
        mean: [K, V], of each term among the texts of each label.
        squares: [K, V], sums of squared deviations from these.
    """

    rows: Array
    mean: Array
    squares: Array

    @classmethod
    def of(cls, X: sparse.csr_array, members: npt.NDArray[np.int64], labels: int) -> Moments:
        """Moments of tf-idf [n, V], by the n numbers of the labels; some may have no text."""
        rows = np.bincount(members, minlength=labels).astype(np.float64)
        mean, squares = np.zeros((2, labels, X.shape[1]))
        for label in np.flatnonzero(rows):
            mean[label], squares[label] = mean_and_squares(X[members == label])
        return cls(rows, mean, squares)

    def merged(self, other: Moments) -> Moments:
        """Moments of these texts and the *other*.

        After Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing
        sample variances, 1979: no digits are lost, as a difference of sums of squares would.
        """
        rows = self.rows + other.rows
        share = np.divide(other.rows, rows, out=np.zeros_like(rows), where=rows > 0)[:, None]
        apart = other.mean - self.mean
        return Moments(
            rows,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * share * self.rows[:, None],
        )

    @property
    def variance(self) -> Array:
        """[K, V], population variance of each term among the texts of each label."""
        return self.squares / self.rows[:, None]

    @property
    def greatest(self) -> float:
        """Greatest variance of a term among all texts."""
        each = [Moments(*(x[k : k + 1] for x in self._arrays)) for k in range(len(self.rows))]
        return float(reduce(Moments.merged, each).variance.max())

    @property
    def prior(self) -> Array:
        """[K] shares of the labels."""
        shares: Array = self.rows / self.rows.sum()
        return shares

    @property
    def _arrays(self) -> tuple[Array, Array, Array]:
        return self.rows, self.mean, self.squares

    def scores(self, X: sparse.csr_array, squares: sparse.csr_array, added: float) -> Array:
        """Joint log-likelihoods [m, K] of *X* [m, V]; *squares* are its entries squared.

        *added* is what smoothing adds to each variance.
        """
        var = self.variance + added
        constant = np.log(self.prior) - 0.5 * (np.log(2 * np.pi * var) + self.mean**2 / var).sum(1)
        scores: Array = X @ (self.mean / var).T - squares @ (0.5 / var).T + constant
        return scores


def scores_by_smoothing(
    X: sparse.csr_array, y: npt.ArrayLike, tested: sparse.csr_array, values: Sequence[float]
) -> Array:
    """Joint log-likelihoods [S, m, K] of *tested* under a fit on *X* with each var_smoothing.

    The moments are computed once and the scores are sparse products, so S values cost little more
    than one. The products round otherwise than scikit-learn's differences do: good for choosing.
    """
    classes, members = np.unique(y, return_inverse=True)
    moments = Moments.of(X, members, len(classes))
    squares = tested.power(2)
    greatest = moments.greatest
    return np.array([moments.scores(tested, squares, value * greatest) for value in values])


def mean_and_squares(X: sparse.csr_array) -> tuple[Array, Array]:
    """Mean of each column of a sparse [n, V] matrix, and sum of squared deviations from it.

    Two passes over batches of rows: the sum of what is stored, then the sum of its squared
    deviations from the mean. That needs little memory and, unlike a sum of squares, loses nothing.
    """
    rows, columns = X.shape
    batches = [X[i : i + ROWS_A_BATCH] for i in range(0, rows, ROWS_A_BATCH)]
    mean = sum(np.bincount(b.indices, b.data, columns) for b in batches) / rows
    deviations = sum(
        np.bincount(b.indices, (b.data - mean[b.indices]) ** 2, columns) for b in batches
    )
    absent = rows - sum(np.bincount(b.indices, minlength=columns) for b in batches)
    return mean, deviations + absent * mean**2
