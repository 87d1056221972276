"""Gaussian naive Bayes fitted from a sparse tf-idf matrix without a dense copy of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.validation import validate_data

# Dense blocks of this many rows keep the peak at 16 MB for 2,000 terms.
ROWS_AT_ONCE = 1000


class SparseGaussianNB(GaussianNB):
    """scikit-learn's GaussianNB for sparse input: the same parameters, the same scores.

    Means and variances come from sums over the stored entries (a term absent from a review adds
    exactly mean**2 to the squared deviations), so a large corpus never becomes dense. Scoring is
    scikit-learn's own code on dense blocks. `partial_fit` and sample weights are not offered.
    """

    def fit(self, X: sparse.csr_array, y: npt.ArrayLike, sample_weight: None = None) -> Any:
        """Fit on n reviews.

        Args:
            X: tf-idf, [n, V], sparse.
            y: n labels, two or more distinct ones.
            sample_weight: must be None.

        Returns:
            The fitted estimator, with GaussianNB's attributes (`theta_`, `var_`, ...).
        """
        if sample_weight is not None:
            raise ValueError("SparseGaussianNB takes no sample weights")
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
        self.classes_, members = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("there must be reviews of at least two labels")
        self.class_count_ = np.bincount(members).astype(np.float64)
        self.class_prior_ = self.class_count_ / self.class_count_.sum()
        _, overall = mean_and_variance(X)
        self.epsilon_ = self.var_smoothing * overall.max()
        moments = [mean_and_variance(X[members == k]) for k in range(len(self.classes_))]
        self.theta_ = np.array([mean for mean, _ in moments])
        self.var_ = np.array([variance for _, variance in moments]) + self.epsilon_
        return self

    def _check_X(self, X: Any) -> Any:
        return X if sparse.issparse(X) else super()._check_X(X)

    def _joint_log_likelihood(self, X: Any) -> npt.NDArray[np.float64]:
        if not sparse.issparse(X):
            return super()._joint_log_likelihood(X)
        blocks = (X[i : i + ROWS_AT_ONCE] for i in range(0, X.shape[0], ROWS_AT_ONCE))
        return np.vstack(
            [super(SparseGaussianNB, self)._joint_log_likelihood(b.toarray()) for b in blocks]
        )


def mean_and_variance(
    X: sparse.csr_array,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and population variance of each column of a sparse [n, V] matrix, in two passes."""
    rows, columns = X.shape
    mean = np.bincount(X.indices, X.data, columns) / rows
    deviations = np.bincount(X.indices, (X.data - mean[X.indices]) ** 2, columns)
    absent = rows - np.bincount(X.indices, minlength=columns)
    return mean, (deviations + absent * mean**2) / rows
