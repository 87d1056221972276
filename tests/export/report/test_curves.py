"""Curves of scores on unseen text."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.export.report.curves import MOST_POINTS, curves
from addsup.train.artifact import UnseenPredictions

CHANCE = np.random.default_rng(0)


def found(count: int, labels: int) -> UnseenPredictions:
    scores = CHANCE.random((count, labels))
    truth = CHANCE.integers(0, labels, count)
    scores[np.arange(count), truth] += 0.5
    return UnseenPredictions(truth, scores / scores.sum(axis=1, keepdims=True))


def test_two_labels_have_one_curve_and_three_have_three() -> None:
    assert [each.label for each in curves(found(50, 2), ["a", "b"])] == ["b"]
    assert [each.label for each in curves(found(50, 3), ["a", "b", "c"])] == ["a", "b", "c"]


def test_curves_are_thinned_and_keep_their_ends() -> None:
    (curve,) = curves(found(5_000, 2), ["a", "b"])

    x, y = curve.roc
    assert len(x) == len(y) <= MOST_POINTS
    assert (x[0], y[0], x[-1], y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert 0.5 < curve.roc_auc < 1
    assert curve.share == pytest.approx(0.5, abs=0.05)
