"""Ensembles: classifiers whose probabilities are means of sigmoids, calibrated or one-vs-rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier

from addsup.export.pipeline.classifiers import compared_scores, label_scores, log_odds, stacked
from addsup.export.pipeline.description import AdditiveForm, Ensemble, Form, Member, NotConvertible


@singledispatch
def read_classifier(classifier: Any) -> Form:
    """How a fitted *classifier* comes to its probabilities.

    Raises:
        NotConvertible: there is no converter for it, or it gives no probabilities.
    """
    if not hasattr(classifier, "predict_proba") and hasattr(classifier, "decision_function"):
        name = type(classifier).__name__
        label_scores(classifier)  # which refuses it, if calibration would not help
        raise NotConvertible(
            f"{name} gives no probabilities: give export_pipeline labels= of texts that it was not "
            f"fitted on, to calibrate it by, or fit CalibratedClassifierCV({name}(), "
            'method="sigmoid") instead'
        )
    return log_odds(classifier)


@read_classifier.register
def _(classifier: SGDClassifier) -> Form:
    if classifier.loss != "log_loss":
        if classifier.loss == "modified_huber":
            raise NotConvertible(
                'SGDClassifier(loss="modified_huber") has no converter here; use "log_loss", or '
                "CalibratedClassifierCV around it"
            )
        return read_classifier.dispatch(object)(classifier)
    if len(classifier.classes_) == 2:
        return log_odds(classifier)
    return _alone(compared_scores(classifier))


@read_classifier.register
def _(classifier: OneVsRestClassifier) -> Form:
    if not hasattr(classifier, "predict_proba"):
        return read_classifier.dispatch(object)(classifier)
    each = [read_classifier(estimator) for estimator in classifier.estimators_]
    if len(each) == 1:
        return each[0]
    plain = [one for one in each if isinstance(one, AdditiveForm)]
    if len(plain) == len(each):
        return _alone(stacked(plain))
    members = [one.members for one in each if isinstance(one, Ensemble)]
    if len({len(one) for one in members}) != 1 or len(members) != len(each):
        raise NotConvertible("The estimators of this OneVsRestClassifier are of different kinds")
    return Ensemble(tuple(map(_side_by_side, zip(*members, strict=True))), normalise_each=False)


@read_classifier.register
def _(classifier: CalibratedClassifierCV) -> Form:
    return Ensemble(tuple(map(_calibrated, classifier.calibrated_classifiers_)))


def _calibrated(fitted: Any) -> Member:
    if fitted.method != "sigmoid":
        raise NotConvertible(
            f'CalibratedClassifierCV(method="{fitted.method}") has no converter here; use '
            'method="sigmoid"'
        )
    inner = fitted.estimator
    if type(inner).__name__ == "FrozenEstimator":  # scikit-learn 1.5 has none
        inner = inner.estimator
    if hasattr(inner, "steps"):
        raise NotConvertible(
            "CalibratedClassifierCV is around a whole pipeline, which has a vocabulary for each "
            "fold; make it the last step of one instead"
        )
    if len(inner.classes_) != len(fitted.classes):
        raise NotConvertible("A fold of CalibratedClassifierCV has not seen all labels")
    if isinstance(inner, OneVsRestClassifier) and not hasattr(inner, "decision_function"):
        raise NotConvertible(
            "CalibratedClassifierCV around OneVsRestClassifier of a classifier without "
            "decision_function has no converter here; calibrate the inner one instead"
        )
    return Member(
        scores=compared_scores(inner),
        probabilities_first=not hasattr(inner, "decision_function"),
        slope=np.array([-each.a_ for each in fitted.calibrators]),
        shift=np.array([-each.b_ for each in fitted.calibrators]),
    )


def _alone(rows: AdditiveForm) -> Ensemble:
    count = len(rows.linear)
    return Ensemble((Member(rows, False, np.ones(count), np.zeros(count)),))


def _side_by_side(members: Sequence[Member]) -> Member:
    if any(one.probabilities_first for one in members):
        raise NotConvertible(
            "OneVsRestClassifier of calibrated naive Bayes has no converter here; naive Bayes "
            "takes several labels as it is"
        )
    return Member(
        stacked([one.scores for one in members]),
        False,
        np.concatenate([one.slope for one in members]),
        np.concatenate([one.shift for one in members]),
    )
