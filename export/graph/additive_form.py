"""Additive form of classifiers: sums over terms, which is what makes contributions exact.

With class-conditional normals, ln N(x; theta, var) = -x**2 / (2 var) + x theta / var + const, so
the log-odds of a label against the first are a sum over the terms of x * (a*x + b), x being the
term's tf-idf, plus one constant. For the other classifiers a is 0; Bernoulli naive Bayes looks only
at whether a term is there, so its x is 1 or 0.

Calibration for more than two labels multiplies everything by one slope. For two labels it bends the
log-odds, g(f) = ln(1 + bend * |f|) / bend with the sign of f. Then the text without a known term
stands at g(constant), and what the terms add, g(f) - g(constant), is shared out in proportion to
their parts in f.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.svm import LinearSVC

from export.errors import NotConvertible
from train.calibration import Calibrated

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """Log-odds of labels[1:] against labels[0] as a sum over the V terms.

    Attributes:
        quadratic: a, [K - 1, V]; None where it would be 0.
        linear: b, [K - 1, V].
        constant: [K - 1]: the log-odds of a text in which no term is known, before bending.
        presence: whether x is 1 for a term that is there, instead of its tf-idf.
        bend: of the calibration; 0 for none.
    """

    quadratic: Array | None
    linear: Array
    constant: Array
    presence: bool = False
    bend: float = 0.0

    @property
    def bent_constant(self) -> Array:
        """[K - 1]: the calibrated log-odds of a text in which no term is known."""
        if not self.bend:
            return self.constant
        bent: Array = np.sign(self.constant) * np.log(1 + self.bend * np.abs(self.constant))
        return bent / self.bend

    def calibrated(self, slope: float, bend: float) -> Terms:
        """All of it times *slope*, and bent by *bend*."""
        quadratic = None if self.quadratic is None else slope * self.quadratic
        return replace(
            self,
            quadratic=quadratic,
            linear=slope * self.linear,
            constant=slope * self.constant,
            bend=bend,
        )


@singledispatch
def terms(classifier: Any) -> Terms:
    """The log-odds of a fitted *classifier* as a sum over terms.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    raise NotConvertible(
        f"{type(classifier).__name__} has no converter here; register one in "
        "export/graph/additive_form.py"
    )


@terms.register
def _(classifier: Calibrated) -> Terms:
    return terms(classifier.classifier_).calibrated(classifier.slope, classifier.bend)


@terms.register
def _(classifier: GaussianNB) -> Terms:
    theta, var = classifier.theta_, classifier.var_
    normal = -0.5 * np.log(2.0 * np.pi * var).sum(axis=1) - 0.5 * (theta**2 / var).sum(axis=1)
    constant = np.log(classifier.class_prior_) + normal
    return Terms(against_first(-0.5 / var), against_first(theta / var), against_first(constant))


@terms.register
def _(classifier: MultinomialNB) -> Terms:
    linear = against_first(classifier.feature_log_prob_)
    return Terms(None, linear, against_first(classifier.class_log_prior_))


@terms.register
def _(classifier: ComplementNB) -> Terms:
    linear = against_first(classifier.feature_log_prob_)
    return Terms(None, linear, np.zeros(len(linear)))  # it leaves the prior out


@terms.register
def _(classifier: BernoulliNB) -> Terms:
    if classifier.binarize != 0.0:
        raise NotConvertible(f"BernoulliNB(binarize={classifier.binarize!r}) is not presence")
    there = classifier.feature_log_prob_
    absent = np.log1p(-np.exp(there))
    constant = classifier.class_log_prior_ + absent.sum(axis=1)
    return Terms(None, against_first(there - absent), against_first(constant), presence=True)


@terms.register(LogisticRegression)
@terms.register(LinearSVC)
def _(classifier: Any) -> Terms:
    weights, intercept = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:
        return Terms(None, weights, intercept)
    return Terms(None, against_first(weights), against_first(intercept))


def against_first(scores: Array) -> Array:
    """Scores of K labels, [K, ...], as differences from the first label's: [K - 1, ...]."""
    return np.ascontiguousarray(scores[1:] - scores[0])
