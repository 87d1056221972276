"""Classifiers: the scores of each kind as sums over terms, which is what makes reasons add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB

from addsup.export.pipeline.description import AdditiveForm, Array, NotConvertible
from addsup.train.calibration import Calibrated


def log_odds(classifier: Any) -> AdditiveForm:
    """The log-odds of a fitted *classifier* as a sum over terms.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    if not isinstance(classifier, Calibrated):
        return _against_first(label_scores(classifier))
    form, found = log_odds(classifier.classifier_), classifier.calibration
    return replace(
        form,
        quadratic=None if form.quadratic is None else found.slope * form.quadratic,
        linear=found.slope * form.linear,
        intercept=found.slope * form.intercept + found.intercept,
    )


def compared_scores(classifier: Any) -> AdditiveForm:
    """What a fitted *classifier* compares its K labels by: K rows, or one where K is 2.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    rows = label_scores(classifier)
    return _against_first(rows) if len(rows.linear) == 2 else rows


def _against_first(rows: AdditiveForm) -> AdditiveForm:
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
def label_scores(classifier: Any) -> AdditiveForm:
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
def _(classifier: GaussianNB) -> AdditiveForm:
    theta, var = classifier.theta_, classifier.var_
    normal = -0.5 * np.log(2.0 * np.pi * var).sum(axis=1) - 0.5 * (theta**2 / var).sum(axis=1)
    return AdditiveForm(-0.5 / var, theta / var, np.log(classifier.class_prior_) + normal)


@label_scores.register
def _(classifier: MultinomialNB) -> AdditiveForm:
    return AdditiveForm(None, classifier.feature_log_prob_, classifier.class_log_prior_)


@label_scores.register
def _(classifier: ComplementNB) -> AdditiveForm:
    linear = classifier.feature_log_prob_
    return AdditiveForm(None, linear, np.zeros(len(linear)))  # it leaves the prior out


@label_scores.register
def _(classifier: BernoulliNB) -> AdditiveForm:
    if classifier.binarize != 0.0:
        raise NotConvertible(f"BernoulliNB(binarize={classifier.binarize!r}) is not presence")
    there = classifier.feature_log_prob_
    absent = np.log1p(-np.exp(there))
    intercept = classifier.class_log_prior_ + absent.sum(axis=1)
    return AdditiveForm(None, there - absent, intercept, presence=True)


@label_scores.register
def _(classifier: LinearClassifierMixin) -> AdditiveForm:
    weights = np.atleast_2d(np.asarray(classifier.coef_, dtype=np.float64))
    return AdditiveForm(None, weights, np.broadcast_to(classifier.intercept_, len(weights)) * 1.0)


@label_scores.register
def _(classifier: OneVsRestClassifier) -> AdditiveForm:
    return stacked([log_odds(estimator) for estimator in classifier.estimators_])


def stacked(rows: Sequence[AdditiveForm]) -> AdditiveForm:
    """The scores of several classifiers of two labels as those of one."""
    if any(one.presence != rows[0].presence for one in rows):
        raise NotConvertible("The estimators of this OneVsRestClassifier are of different kinds")
    quadratic = None
    if any(one.quadratic is not None for one in rows):
        quadratic = np.concatenate(
            [np.zeros_like(one.linear) if one.quadratic is None else one.quadratic for one in rows]
        )
    return AdditiveForm(
        quadratic,
        np.concatenate([one.linear for one in rows]),
        np.concatenate([one.intercept for one in rows]),
        rows[0].presence,
    )


def against_first(scores: Array) -> Array:
    """Scores of K labels, [K, ...], as differences from the first label's: [K - 1, ...]."""
    return np.ascontiguousarray(scores[1:] - scores[0])
