"""Additive form: each classifier's log-odds as a sum over terms."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.export.errors import NotConvertible
from addsup.export.graph.additive_form import against_first, terms
from addsup.train.calibration import log_scores
from addsup.train.classifiers import KINDS
from scipy.sparse import csr_matrix

CHANCE = np.random.default_rng(0)
X = CHANCE.random((60, 5)) * (CHANCE.random((60, 5)) > 0.4)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("count", [2, 3])
def test_the_sum_over_terms_is_the_classifier_s_own_log_odds(name: str, count: int) -> None:
    y = np.array(["a", "b", "c"][:count] * (60 // count))
    classifier = KINDS[name].make(0.5).fit(csr_matrix(X), y)

    form = terms(classifier)

    x = (X > 0).astype(float) if form.presence else X
    quadratic = 0.0 if form.quadratic is None else (x**2) @ form.quadratic.T
    found = form.intercept + quadratic + x @ form.linear.T
    scores = log_scores(classifier, csr_matrix(X))
    assert found == pytest.approx(scores[:, 1:] - scores[:, :1], abs=1e-9)


def test_calibration_multiplies_and_bends_the_constant() -> None:
    y = np.array(["a", "b"] * 30)
    form = terms(KINDS["logistic"].make(1.0).fit(X, y))

    calibrated = form.calibrated(0.5, 2.0, 0.25)

    assert calibrated.linear == pytest.approx(form.linear / 2)
    straight = form.intercept / 2 + 0.25
    bent = np.sign(straight) * np.log1p(2.0 * np.abs(straight)) / 2.0
    assert calibrated.bent_intercept == pytest.approx(bent)


def test_another_classifier_is_refused_by_name() -> None:
    with pytest.raises(NotConvertible, match="object has no converter here"):
        terms(object())


def test_scores_are_told_against_the_first_label() -> None:
    assert against_first(np.array([[1.0, 2.0], [4.0, 6.0]])).tolist() == [[3.0, 4.0]]
