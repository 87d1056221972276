"""Evidence: predictions grouped by how many terms of a text are known."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.metrics.evidence import balanced, by_evidence, group_numbers


def test_groups_are_one_two_three_to_four_five_to_nine_and_more() -> None:
    found = group_numbers(np.array([0, 1, 2, 3, 4, 5, 9, 10, 99]))

    assert found.tolist() == [0, 1, 2, 3, 3, 4, 4, 5, 5]


def test_opposite_errors_of_short_and_long_texts_are_both_told() -> None:
    known = np.array([1] * 4 + [12] * 4)
    truth = np.array([0, 1, 0, 1, 0, 0, 0, 0])
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 4)

    short, long = by_evidence(known, truth, probabilities)

    assert (short.terms, short.count, short.accuracy) == ("1", 4, 0.5)
    assert (long.terms, long.count, long.accuracy) == ("10 or more", 4, 1.0)
    assert (short.confidence, long.confidence) == pytest.approx((0.9, 0.6))
    assert long.log_loss == pytest.approx(-np.log(0.6))


def test_each_group_counts_once_however_many_texts_it_has() -> None:
    losses, known = np.array([1.0, 0.0, 0.0, 0.0, 9.0]), np.array([1, 7, 7, 7, 0])

    assert balanced(losses, known) == 0.5
    assert balanced(losses[4:], known[4:]) == 9.0
