"""Additive form of classifiers: sums over terms, which is what makes contributions add up.

With class-conditional normals, ln N(x; theta, var) = -x**2 / (2 var) + x theta / var + const, so
the log-odds of a label against the first are a sum over the terms of x * (a*x + b), x being the
term's tf-idf, plus an intercept. For the other classifiers a is 0; Bernoulli naive Bayes looks only
at whether a term is there, so its x is 1 or 0.

Calibration for more than two labels multiplies everything by one slope. For two labels it may add
to the intercept, and bends the log-odds, g(f) = ln(1 + bend * |f|) / bend with the sign of f. Then
the text without a known term stands at g(intercept), and what the terms add to that is shared out
in proportion to their parts in f.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
from addsup.export.errors import NotConvertible
from addsup.train.calibration import Calibrated
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """Log-odds of labels[1:] against labels[0] as a sum over the V terms.

    Attributes:
        quadratic: a, [K - 1, V]; None where it would be 0.
        linear: b, [K - 1, V].
        intercept: [K - 1]: the log-odds of a text in which no term is known, before bending.
        presence: whether x is 1 for a term that is there, instead of its tf-idf.
        bend: of the calibration; 0 for none.
    """

    quadratic: Array | None
    linear: Array
    intercept: Array
    presence: bool = False
    bend: float = 0.0

    @property
    def bent_intercept(self) -> Array:
        """[K - 1]: the calibrated log-odds of a text in which no term is known."""
        if not self.bend:
            return self.intercept
        bent: Array = np.sign(self.intercept) * np.log(1 + self.bend * np.abs(self.intercept))
        return bent / self.bend

    def calibrated(self, slope: float, bend: float, intercept: float) -> Terms:
        """All of it times *slope*, *intercept* added, and bent by *bend*."""
        quadratic = None if self.quadratic is None else slope * self.quadratic
        return replace(
            self,
            quadratic=quadratic,
            linear=slope * self.linear,
            intercept=slope * self.intercept + intercept,
            bend=bend,
        )


def terms(classifier: Any) -> Terms:
    """The log-odds of a fitted *classifier* as a sum over terms.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    if isinstance(classifier, Calibrated):
        found = classifier.calibration
        return terms(classifier.classifier_).calibrated(found.slope, found.bend, found.intercept)
    return _against_first(label_scores(classifier))


def scores(classifier: Any) -> Terms:
    """What a fitted *classifier* compares its K labels by: K rows, or one where K is 2.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    rows = label_scores(classifier)
    return _against_first(rows) if len(rows.linear) == 2 else rows


def _against_first(rows: Terms) -> Terms:
    """Rows of K labels as K - 1 differences from the first; one row is the difference already."""
    if len(rows.linear) == 1:
        return rows
    return replace(
        rows,
        quadratic=None if rows.quadratic is None else against_first(rows.quadratic),
        linear=against_first(rows.linear),
        intercept=against_first(rows.intercept),
    )


@singledispatch
def label_scores(classifier: Any) -> Terms:
    """The scores of the K labels, on a log scale: K rows, or one for the second of two labels.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    raise NotConvertible(
        f"{type(classifier).__name__} has no converter here: its probabilities are no sums over "
        "words, or export does not know that they are. It takes naive Bayes, linear classifiers "
        "and CalibratedClassifierCV around them"
    )


@label_scores.register
def _(classifier: GaussianNB) -> Terms:
    theta, var = classifier.theta_, classifier.var_
    normal = -0.5 * np.log(2.0 * np.pi * var).sum(axis=1) - 0.5 * (theta**2 / var).sum(axis=1)
    return Terms(-0.5 / var, theta / var, np.log(classifier.class_prior_) + normal)


@label_scores.register
def _(classifier: MultinomialNB) -> Terms:
    return Terms(None, classifier.feature_log_prob_, classifier.class_log_prior_)


@label_scores.register
def _(classifier: ComplementNB) -> Terms:
    linear = classifier.feature_log_prob_
    return Terms(None, linear, np.zeros(len(linear)))  # it leaves the prior out


@label_scores.register
def _(classifier: BernoulliNB) -> Terms:
    if classifier.binarize != 0.0:
        raise NotConvertible(f"BernoulliNB(binarize={classifier.binarize!r}) is not presence")
    there = classifier.feature_log_prob_
    absent = np.log1p(-np.exp(there))
    intercept = classifier.class_log_prior_ + absent.sum(axis=1)
    return Terms(None, there - absent, intercept, presence=True)


@label_scores.register
def _(classifier: LinearClassifierMixin) -> Terms:
    weights = np.atleast_2d(np.asarray(classifier.coef_, dtype=np.float64))
    return Terms(None, weights, np.broadcast_to(classifier.intercept_, len(weights)) * 1.0)


@label_scores.register
def _(classifier: OneVsRestClassifier) -> Terms:
    each = [terms(estimator) for estimator in classifier.estimators_]
    return stacked(each)


def stacked(rows: Sequence[Terms]) -> Terms:
    """The scores of several classifiers of two labels as those of one."""
    if any(one.bend or one.presence != rows[0].presence for one in rows):
        raise NotConvertible("Estimators of different kinds cannot be told as one")
    quadratic = None
    if any(one.quadratic is not None for one in rows):
        quadratic = np.concatenate(
            [np.zeros_like(one.linear) if one.quadratic is None else one.quadratic for one in rows]
        )
    return Terms(
        quadratic,
        np.concatenate([one.linear for one in rows]),
        np.concatenate([one.intercept for one in rows]),
        rows[0].presence,
    )


def against_first(scores: Array) -> Array:
    """Scores of K labels, [K, ...], as differences from the first label's: [K - 1, ...]."""
    return np.ascontiguousarray(scores[1:] - scores[0])
