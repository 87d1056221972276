"""Probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from sklearn.calibration import CalibratedClassifierCV
from sklearn.naive_bayes import MultinomialNB

from addsup.train.calibration import Calibrated, Calibration, calibrate

random = np.random.default_rng(0)
STRAIGHT = random.normal(0, 2, 20_000)
DRAWN = (random.random(20_000) < special.expit(STRAIGHT)).astype(int)


def two(log_odds: np.ndarray) -> np.ndarray:
    """Scores of two labels with these log-odds."""
    return np.column_stack([np.full(len(log_odds), 7.0), 7.0 + log_odds])


@pytest.mark.parametrize("exaggeration", [1e-3, 1.0, 1e6])
def test_log_odds_that_were_scaled_are_scaled_back(exaggeration: float) -> None:
    found = calibrate(two(STRAIGHT * exaggeration), DRAWN)

    calibrated = found.log_odds(two(STRAIGHT * exaggeration))[:, 0]
    np.testing.assert_allclose(calibrated, STRAIGHT, atol=0.6)
    assert np.abs(calibrated - STRAIGHT).mean() < 0.1


def test_labels_that_are_rarer_than_it_learnt_get_an_intercept() -> None:
    found = calibrate(two(STRAIGHT + 1.5), DRAWN)

    assert found.slope == pytest.approx(1, abs=0.05)
    assert found.intercept == pytest.approx(-1.5, abs=0.1)


def test_three_labels_get_the_temperature_that_scikit_learn_finds() -> None:
    scores = random.normal(0, 1, (3000, 3))
    chances = special.softmax(scores, axis=1)
    truth = np.array([random.choice(3, p=each) for each in chances])

    found = calibrate(4 * scores, truth)

    assert found.slope == pytest.approx(0.25, rel=0.1)
    assert found.intercept == 0


def test_seventy_seven_labels_are_as_sure_as_they_are_right() -> None:
    scores = random.normal(0, 1.5, (8_000, 77))
    truth = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)

    probabilities = calibrate(5 * scores, truth).probabilities(5 * scores)

    right = (probabilities.argmax(axis=1) == truth).mean()
    assert probabilities.max(axis=1).mean() == pytest.approx(right, abs=0.02)


def test_temperature_is_scikit_learns_for_a_real_classifier() -> None:
    X = random.poisson(0.5, (600, 20)).astype(float)
    y = random.integers(0, 3, 600)
    X[np.arange(600), y] += random.poisson(1, 600)
    theirs = CalibratedClassifierCV(MultinomialNB(), method="temperature", ensemble=False, cv=5)
    (fitted,) = theirs.fit(X, y).calibrated_classifiers_
    scores = np.log(MultinomialNB().fit(X, y).predict_proba(X))

    ours = Calibration(float(fitted.calibrators[0].beta_))

    np.testing.assert_allclose(ours.probabilities(scores), theirs.predict_proba(X), atol=1e-9)


@pytest.mark.parametrize("labels", [2, 4])
def test_perfect_scores_do_not_make_it_certain(labels: int) -> None:
    truth = np.arange(100) % labels
    scores = 1000 * np.eye(labels)[truth]

    probabilities = calibrate(scores, truth).probabilities(scores)

    assert 0.85 < probabilities.max() < 0.9999


@pytest.mark.parametrize("labels", [2, 4])
def test_calibration_changes_no_verdict_and_keeps_the_order(labels: int) -> None:
    scores = random.normal(0, 5, (500, labels))
    calibration = Calibration(0.3)

    probabilities = calibration.probabilities(scores)

    np.testing.assert_array_equal(probabilities.argsort(axis=1), scores.argsort(axis=1))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_calibrated_gives_the_classifiers_labels() -> None:
    X = random.poisson(0.5, (200, 10)).astype(float)
    y = np.where(X[:, 0] > X[:, 1], "yes", "no")

    ours = Calibrated(MultinomialNB(), slope=0.2).fit(X, y)

    np.testing.assert_array_equal(ours.predict(X), MultinomialNB().fit(X, y).predict(X))
    assert ours.classes_.tolist() == ["no", "yes"]


def test_classifier_that_is_fitted_already_can_be_calibrated() -> None:
    X = random.poisson(0.5, (200, 10)).astype(float)
    y = np.where(X[:, 0] > X[:, 1], "yes", "no")
    expected = Calibrated(MultinomialNB(), slope=0.2, intercept=1.0).fit(X, y)

    ours = Calibrated.around(MultinomialNB().fit(X, y), Calibration(0.2, 1.0))

    np.testing.assert_array_equal(ours.predict_proba(X), expected.predict_proba(X))
    assert ours.get_params(deep=False).keys() == expected.get_params(deep=False).keys()
