"""Fitted on ever more reviews."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.evaluation import learning_curve as learning
from addsup.train.hyperparameters import Setting

TEXTS = [f"{'fine' if n % 3 else 'awful'} film number{n % 7}" for n in range(120)]
LABELS = ["good" if n % 3 else "bad" for n in range(120)]


def test_curve_grows_to_nine_tenths_of_the_reviews() -> None:
    results = list(learning.learn(Setting(strength=1.0).pipeline(), TEXTS, LABELS, seed=0))

    points = learning.curve(results)

    assert [point.reviews for point in points] == [43, 65, 87, 108]
    assert points[-1].accuracy.mean == 1.0


def test_smaller_parts_are_parts_of_larger_ones_and_keep_the_proportions() -> None:
    rows, y = np.arange(0, 120), np.array([n % 3 == 0 for n in range(120)]).astype(int)

    small, large = (learning._first(rows, y, share, seed=0) for share in (0.2, 0.6))

    assert set(small) < set(large)
    assert np.mean(y[small]) == pytest.approx(1 / 3)


def test_nothing_is_fitted_on_too_few_of_a_label() -> None:
    assert learning.sizes(["a"] * 100 + ["b"] * 11) == []
    assert learning.sizes(["a"] * 100 + ["b"] * 12) == [1.0]
    assert learning.sizes(["a"] * 500 + ["b"] * 500)[0] == 0.1
