"""Figures, their intervals and losses agree with values worked out otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import f1_score, log_loss

from addsup.inference.manifest import HeldOut
from addsup.train.metrics import figures as metrics
from addsup.train.metrics.evidence import evidence_groups, group_numbers
from addsup.train.metrics.figures import Fold
from addsup.train.metrics.losses import METRICS, log_losses, macro_f1_losses, zero_one_losses


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

    found = metrics.interval_over_folds(folds, values, 1)

    assert found.mean == pytest.approx(0.8)
    assert found.low == pytest.approx(0.8 - half)
    assert found.high == pytest.approx(min(1, 0.8 + half))


@pytest.mark.parametrize("labels", [2, 5])
def test_all_figures_are_there_and_in_their_intervals(labels: int) -> None:
    names = [f"label {k}" for k in range(labels)]
    held_out = HeldOut(10, 0.5, ())

    found = metrics.figures_of(guesses(labels), names, held_out, "How.")

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
    found = metrics.figures_of([], ["a", "b"], HeldOut(10, 0.5, ()), "How.")

    assert found.held_out.accuracy == 0.5
    assert found.accuracy is None


def test_groups_are_one_two_three_to_four_five_to_nine_and_more() -> None:
    found = group_numbers(np.array([0, 1, 2, 3, 4, 5, 9, 10, 99]))

    assert found.tolist() == [0, 1, 2, 3, 3, 4, 4, 5, 5]


def test_opposite_errors_of_short_and_long_texts_are_both_told() -> None:
    known = np.array([1] * 4 + [12] * 4)
    truth = np.array([0, 1, 0, 1, 0, 0, 0, 0])
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 4)

    short, long = evidence_groups(known, truth, probabilities)

    assert (short.terms, short.count, short.accuracy) == ("1", 4, 0.5)
    assert (long.terms, long.count, long.accuracy) == ("10 or more", 4, 1.0)
    assert (short.confidence, long.confidence) == pytest.approx((0.9, 0.6))
    assert long.log_loss == pytest.approx(-np.log(0.6))


RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.choice(3, 60, p=[0.7, 0.2, 0.1])
PREDICTED = RANDOM.dirichlet([1.0] * 3, 60)
PREDICTED[np.arange(60), TRUTH] += 0.5
PREDICTED /= PREDICTED.sum(axis=1, keepdims=True)


def macro_f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    return f1_score(
        truth, predicted.argmax(axis=1), labels=range(3), average="macro", zero_division=0
    )


def test_log_loss_and_errors_are_scikit_learns_of_each_text() -> None:
    assert log_losses(PREDICTED, TRUTH).mean() == pytest.approx(log_loss(TRUTH, PREDICTED))
    assert zero_one_losses(PREDICTED, TRUTH).mean() == pytest.approx(
        (PREDICTED.argmax(axis=1) != TRUTH).mean()
    )


def test_macro_f1_s_losses_are_the_pseudo_values_of_leaving_each_text_out() -> None:
    n, whole = len(TRUTH), macro_f1(TRUTH, PREDICTED)
    rest = [np.arange(n) != i for i in range(n)]
    expected = [1 - (n * whole - (n - 1) * macro_f1(TRUTH[each], PREDICTED[each])) for each in rest]

    assert macro_f1_losses(PREDICTED, TRUTH) == pytest.approx(expected)
    assert macro_f1_losses(PREDICTED, TRUTH).mean() == pytest.approx(1 - whole, abs=0.05)


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_always_right_has_next_to_no_loss(metric: str) -> None:
    right = np.eye(3)[TRUTH] * 0.97 + 0.01

    assert METRICS[metric](right, TRUTH).mean() < 0.05
    assert METRICS[metric](right[::-1], TRUTH).mean() > 0.3
