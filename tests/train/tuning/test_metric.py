"""Metric: losses of texts, whose mean is the whole."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.metrics.losses import METRICS, errors, log_losses, macro_f1_losses
from sklearn.metrics import f1_score, log_loss

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.choice(3, 60, p=[0.7, 0.2, 0.1])
SAID = RANDOM.dirichlet([1.0] * 3, 60)
SAID[np.arange(60), TRUTH] += 0.5
SAID /= SAID.sum(axis=1, keepdims=True)


def macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    return f1_score(truth, said.argmax(axis=1), labels=range(3), average="macro", zero_division=0)


def test_log_loss_and_errors_are_scikit_learns_of_each_text() -> None:
    assert log_losses(SAID, TRUTH).mean() == pytest.approx(log_loss(TRUTH, SAID))
    assert errors(SAID, TRUTH).mean() == pytest.approx((SAID.argmax(axis=1) != TRUTH).mean())


def test_macro_f1_s_losses_are_the_pseudo_values_of_leaving_each_text_out() -> None:
    n, whole = len(TRUTH), macro_f1(TRUTH, SAID)
    rest = [np.arange(n) != i for i in range(n)]
    expected = [1 - (n * whole - (n - 1) * macro_f1(TRUTH[each], SAID[each])) for each in rest]

    assert macro_f1_losses(SAID, TRUTH) == pytest.approx(expected)
    assert macro_f1_losses(SAID, TRUTH).mean() == pytest.approx(1 - whole, abs=0.05)


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_always_right_has_next_to_no_loss(metric: str) -> None:
    right = np.eye(3)[TRUTH] * 0.97 + 0.01

    assert METRICS[metric](right, TRUTH).mean() < 0.05
    assert METRICS[metric](right[::-1], TRUTH).mean() > 0.3
