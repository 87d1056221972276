"""Classifiers that can be trained, and the values tried when one is tuned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.svm import LinearSVC

from addsup.train.calibration import log_scores
from addsup.train.sparse_gaussian_nb import SparseGaussianNB, scores_by_smoothing

Array = npt.NDArray[np.float64]


class NBSVM(LinearClassifierMixin, BaseEstimator):
    """NB-SVM: a linear SVM on terms that are weighed by their log-count ratios.

    After Wang and Manning, Baselines and Bigrams: Simple, Good Sentiment and Topic Classification,
    ACL 2012. Ratio and weight multiply into one number a term, so it is linear like others. Of more
    than two labels each is told from the rest.

    Args:
        C: of the SVM; less is more regularisation.
        alpha: added to the count of each term, as in naive Bayes.
    """

    def __init__(self, C: float = 1.0, alpha: float = 1.0) -> None:
        self.C = C
        self.alpha = alpha

    def fit(self, X: Any, y: npt.ArrayLike) -> NBSVM:
        """Fit on n texts: weights of terms [n, V], and n labels."""
        X = sparse.csr_matrix(X)
        self.classes_, members = np.unique(y, return_inverse=True)
        labels = [1] if len(self.classes_) == 2 else range(len(self.classes_))
        fits = [self._against_rest(X, members == label) for label in labels]
        self.coef_ = np.array([weights for weights, _ in fits])
        self.intercept_ = np.array([intercept for _, intercept in fits])
        self.n_features_in_ = X.shape[1]
        return self

    def _against_rest(
        self, X: sparse.csr_matrix, positive: npt.NDArray[np.bool_]
    ) -> tuple[Array, float]:
        """Weight of each term, [V], and the intercept."""
        p, q = (
            np.asarray(X[rows].sum(axis=0)).ravel() + self.alpha for rows in (positive, ~positive)
        )
        ratio = np.log(p / p.sum()) - np.log(q / q.sum())
        svm = LinearSVC(C=self.C, random_state=0, max_iter=10_000)
        svm.fit(sparse.csr_matrix(X.multiply(ratio)), positive)
        return svm.coef_[0] * ratio, float(svm.intercept_[0])


@dataclass(frozen=True, slots=True)
class Kind:
    """A classifier with the one number that is tuned.

    Attributes:
        title: for people.
        make: that number -> the classifier, not fitted.
        parameter: scikit-learn's name of the number.
        default: its value without tuning: the article's, or scikit-learn's.
        values: what tuning tries.
        cost: nanoseconds to fit a stored count, once for each value and label.
        presence: whether it asks only if a term is there, so that weights mean nothing to it.
    """

    title: str
    make: Callable[[float], Any]
    parameter: str
    default: float
    values: tuple[float, ...]
    cost: int
    presence: bool = False

    def scores(
        self, X: Any, y: npt.ArrayLike, tested: Any, values: Sequence[float]
    ) -> npt.NDArray[np.float64]:
        """Fit on X [n, V] once for each of S *values* and score *tested* [m, V]: [S, m, K]."""
        if self.parameter == "var_smoothing":
            return scores_by_smoothing(X, y, tested, values)
        if self.parameter == "C" and hasattr(self.make(1.0), "warm_start"):
            return _along_a_path(self.make(1.0), X, y, tested, values)
        return np.array([log_scores(self.make(value).fit(X, y), tested) for value in values])


def _along_a_path(
    classifier: Any, X: Any, y: npt.ArrayLike, tested: Any, values: Sequence[float]
) -> Array:
    """As `Kind.scores`; each fit starts from the one before, which spares half of the time."""
    classifier.set_params(warm_start=True)
    return np.array([log_scores(classifier.set_params(C=C).fit(X, y), tested) for C in values])


ALPHAS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

KINDS = MappingProxyType(
    {
        "gaussian": Kind(
            "Gaussian naive Bayes",
            lambda var_smoothing: SparseGaussianNB(var_smoothing=var_smoothing),
            "var_smoothing",
            1e-9,
            # From all but scikit-learn's default, which trusts every variance, to more than any
            # term's own, which all but ignores them.
            (1e-9, 1e-3, 0.01, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
            15,
        ),
        "multinomial": Kind(
            "multinomial naive Bayes",
            lambda alpha: MultinomialNB(alpha=alpha),
            "alpha",
            1.0,
            ALPHAS,
            40,
        ),
        "complement": Kind(
            "complement naive Bayes",
            lambda alpha: ComplementNB(alpha=alpha),
            "alpha",
            1.0,
            ALPHAS,
            40,
        ),
        "bernoulli": Kind(
            "Bernoulli naive Bayes",
            lambda alpha: BernoulliNB(alpha=alpha),
            "alpha",
            1.0,
            ALPHAS,
            70,
            presence=True,
        ),
        "logistic": Kind(
            "logistic regression",
            lambda C: LogisticRegression(C=C, max_iter=1000),
            "C",
            1.0,
            (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
            250,
        ),
        "svm": Kind(
            "linear SVM",
            lambda C: LinearSVC(C=C, random_state=0, max_iter=10_000),
            "C",
            1.0,
            (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            80,
        ),
        "nb-svm": Kind(
            "NB-SVM",
            lambda C: NBSVM(C=C),
            "C",
            1.0,
            (0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
            100,
        ),
    }
)

#: The classifiers whose fits are sums over the rows, and so can be added up over parts.
SUMMABLE = ("gaussian", "multinomial", "complement", "bernoulli")
