"""Sparse Gaussian naive Bayes: fitted from a tf-idf matrix without a dense copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
        return self.set_moments(Moments.of(X, members), np.bincount(members), classes)

    def set_moments(
        self, moments: Moments, counts: npt.ArrayLike, classes: npt.NDArray[Any]
    ) -> Any:
        """Fitted estimator, from the *moments* of rows, the [K] *counts* of these, and K labels."""
        self.classes_, self.n_features_in_ = classes, moments.mean.shape[1]
        self.class_count_ = np.asarray(counts, np.float64)
        self.class_prior_ = moments.prior
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


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments of n texts, for Gaussian naive Bayes; smoothing comes later.

    Attributes:
        mean: [K, V], of each term among the reviews of each label.
        variance: [K, V], population variance likewise.
        greatest: greatest variance of a term among all reviews.
        prior: [K] shares of the labels.
    """

    mean: Array
    variance: Array
    greatest: float
    prior: Array

    @classmethod
    def of(cls, X: sparse.csr_array, members: npt.NDArray[np.int64]) -> Moments:
        """Moments of tf-idf [n, V], by the n numbers of the labels."""
        counts = np.bincount(members)
        by_label = [mean_and_variance(X[members == k]) for k in range(len(counts))]
        return cls(
            mean=np.array([mean for mean, _ in by_label]),
            variance=np.array([variance for _, variance in by_label]),
            greatest=float(mean_and_variance(X)[1].max()),
            prior=counts / counts.sum(),
        )

    def scores(self, X: sparse.csr_array, squares: sparse.csr_array, smoothing: float) -> Array:
        """Joint log-likelihoods [m, K] of *X* [m, V]; *squares* are its entries squared."""
        var = self.variance + smoothing * self.greatest
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
    moments = Moments.of(X, np.unique(y, return_inverse=True)[1])
    squares = tested.power(2)
    return np.array([moments.scores(tested, squares, value) for value in values])


def mean_and_variance(X: sparse.csr_array) -> tuple[Array, Array]:
    """Mean and population variance of each column of a sparse [n, V] matrix.

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
    return mean, (deviations + absent * mean**2) / rows
