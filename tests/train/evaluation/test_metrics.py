"""Figures and their intervals, against values worked out otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.inference.manifest import HeldOut
from addsup.train.metrics import figures as metrics
from addsup.train.metrics.figures import Fold
from scipy import stats
from sklearn.calibration import calibration_curve


def guesses(labels: int = 2, folds: int = 10, exact: bool = False) -> list[Fold]:
    """Predictions of a classifier that is better than chance; calibrated if *exact*."""
    random = np.random.default_rng(0)
    made = []
    for number in range(folds):
        probabilities = random.dirichlet(np.ones(labels), 100)
        truth = np.array([random.choice(labels, p=each) for each in probabilities])
        if not exact:
            probabilities = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)
        made.append(Fold(np.arange(100) + 100 * number, truth, probabilities, 900))
    return made


def test_interval_is_that_of_nadeau_and_bengio() -> None:
    values = [0.7, 0.8, 0.9, 0.8]
    folds = [Fold(np.arange(10), np.zeros(10), np.zeros((10, 2)), 90)] * 4
    half = stats.t.ppf(0.975, 3) * np.sqrt((1 / 4 + 10 / 90) * np.var(values, ddof=1))

    found = metrics.over_folds(folds, values, 1)

    assert found.mean == pytest.approx(0.8)
    assert found.low == pytest.approx(0.8 - half)
    assert found.high == pytest.approx(min(1, 0.8 + half))


@pytest.mark.parametrize("labels", [2, 5])
def test_all_figures_are_there_and_in_their_intervals(labels: int) -> None:
    names = [f"label {k}" for k in range(labels)]
    held_out = HeldOut(10, 0.5, ())

    found = metrics.figures(guesses(labels), names, held_out, "How.")

    assert found.f1 and found.confusion and found.reliability
    single = [found.accuracy, found.roc_auc, found.log_loss, found.brier, found.calibration_error]
    for each in [*single, *found.f1.values()]:
        assert each and 0 <= each.low <= each.mean <= each.high
    assert list(found.f1) == names
    assert sum(map(sum, found.confusion)) == 1000
    assert sum(each.count for each in found.reliability) == 1000


def test_reliability_of_two_labels_is_scikit_learns_calibration_curve() -> None:
    folds = guesses()
    sureness = np.concatenate([fold.probabilities.max(axis=1) for fold in folds])
    right = np.concatenate([fold.predicted == fold.truth for fold in folds])

    found = metrics.reliability(folds)

    observed, predicted = calibration_curve(right, 2 * sureness - 1, n_bins=10)
    np.testing.assert_allclose([each.observed for each in found], observed)
    np.testing.assert_allclose([2 * each.predicted - 1 for each in found], predicted)


def test_calibration_error_tells_sure_from_too_sure() -> None:
    honest, boasting = (
        metrics.calibration_error(guesses(exact=exact, folds=50), seed=0) for exact in (True, False)
    )

    assert honest.mean < 0.02
    assert boasting.mean > 0.1
    assert boasting.low < boasting.mean < boasting.high


def test_without_folds_there_is_only_the_hold_out() -> None:
    found = metrics.figures([], ["a", "b"], HeldOut(10, 0.5, ()), "How.")

    assert found.held_out.accuracy == 0.5
    assert found.accuracy is None
