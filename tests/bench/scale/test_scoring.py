"""The benchmark of scoring: what it makes of its figures."""

from __future__ import annotations

import pytest

from bench.scale import scoring
from bench.scale.scoring import Run


def runs(*, every: float = 5, spark: float = 8, large: float = 300) -> list[Run]:
    return [
        Run("one process", 1_000, 10, 10, 150),
        Run("all processes", 1_000, every, 10, 280),
        Run("PySpark, mapInArrow", 1_000, spark, 16, 900),
        Run("four times the files", 4_000, 4 * every, 40, large),
    ]


def test_table_says_how_many_times_one_process() -> None:
    lines = scoring.table(runs()).splitlines()

    assert lines[3] == "| all processes | 1,000 | 5.0 | 200 | 2.00 | 10 | 280 |"
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("measured", "missed"),
    [
        (runs(), []),
        (runs(every=6), ["1.7 times one process"]),
        (runs(spark=6), ["1.25 times PySpark, mapInArrow"]),
        (runs(large=350), ["memory that does not grow"]),
        (runs(large=700), ["600 MB", "memory that does not grow"]),
    ],
)
def test_what_was_promised_and_not_kept_is_named(measured: list[Run], missed: list[str]) -> None:
    assert scoring.missed(measured) == missed


def test_texts_are_the_same_each_time_and_of_the_length_that_is_promised() -> None:
    made = scoring.texts(1)

    assert made == scoring.texts(1)
    assert len(made) == scoring.ROWS_A_FILE
    assert all(120 <= len(text.split()) <= 320 for text in made[:100])
