"""Benchmark of training: what is promised of 25,000 long reviews."""

from __future__ import annotations

import pytest

from bench.errors import BenchmarkError
from bench.scale.training import Run, accuracy, measured, missed

PRINTED = "Accuracy: 0.8054\n\nTuned: ...\nAccuracy: 0.8964\n"


def run(seconds: float, megabytes: float, printed: str = PRINTED) -> Run:
    return Run("", seconds, megabytes, printed)


def test_the_accuracy_is_the_tuned_one() -> None:
    assert accuracy(run(1, 1)) == 0.8964


def test_what_is_missed_is_named() -> None:
    assert missed(run(599, 2_000), run(59, 700), made_up=False) == []
    assert len(missed(run(601, 3_000), run(61, 700), made_up=True)) == 3
    (only,) = missed(run(1, 1, "Accuracy: 0.8000\n"), run(1, 1), made_up=False)
    assert only == "accuracy is 0.800, less than 0.845"


def test_a_command_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(BenchmarkError, match=r"tuning: .*nowhere\.csv"):
        measured("tuning", "train", "--data", "nowhere.csv")
