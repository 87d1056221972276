"""Classifiers whose probabilities are means of normalised sigmoids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from addsup.export.errors import NotConvertible
from addsup.export.graph.additive_form import Terms
from addsup.export.graph.ensembles import Ensemble, form
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

CHANCE = np.random.default_rng(0)
X = CHANCE.random((90, 5))
TWO, THREE = np.array(["a", "b"] * 45), np.array(["a", "b", "c"] * 30)


@pytest.mark.parametrize(
    ("classifier", "y", "members", "scores"),
    [
        (SGDClassifier(loss="log_loss"), THREE, 1, 3),
        (OneVsRestClassifier(LogisticRegression()), THREE, 1, 3),
        (OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(), cv=2)), THREE, 2, 3),
        (CalibratedClassifierCV(LinearSVC(), cv=3), TWO, 3, 1),
        (CalibratedClassifierCV(GaussianNB(), cv=3), THREE, 3, 3),
    ],
)
def test_an_ensemble_has_its_members_and_their_scores(
    classifier: Any, y: Any, members: int, scores: int
) -> None:
    found = form(classifier.fit(X, y))

    assert isinstance(found, Ensemble)
    assert [each.scores.linear.shape for each in found.members] == [(scores, 5)] * members


@pytest.mark.parametrize(
    "classifier", [SGDClassifier(loss="log_loss"), OneVsRestClassifier(LogisticRegression())]
)
def test_two_labels_need_no_ensemble(classifier: Any) -> None:
    assert isinstance(form(classifier.fit(X, TWO)), Terms)


@pytest.mark.parametrize(
    ("classifier", "sentence"),
    [
        (SGDClassifier(loss="modified_huber"), "modified_huber"),
        (SGDClassifier(), "gives no probabilities"),
        (OneVsRestClassifier(LinearSVC()), "OneVsRestClassifier gives no probabilities"),
        (CalibratedClassifierCV(LinearSVC(), method="isotonic", cv=2), "isotonic"),
        (
            CalibratedClassifierCV(OneVsRestClassifier(GaussianNB()), cv=2),
            "calibrate the inner one instead",
        ),
        (
            OneVsRestClassifier(CalibratedClassifierCV(GaussianNB(), cv=2)),
            "naive Bayes takes several labels",
        ),
    ],
)
def test_what_has_no_converter_is_refused(classifier: Any, sentence: str) -> None:
    with pytest.raises(NotConvertible, match=sentence):
        form(classifier.fit(X, THREE))


def test_several_labels_for_one_text_are_refused() -> None:
    several = OneVsRestClassifier(LogisticRegression()).fit(X, CHANCE.integers(2, size=(90, 3)))

    with pytest.raises(NotConvertible, match="has one label here"):
        form(several)
