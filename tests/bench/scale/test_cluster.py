"""Benchmark of a cluster, on one small file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.scale import cluster, scoring
from bench.scale.cluster import Run, measure, table


def test_table_is_by_rows_and_by_tasks() -> None:
    said = table([Run(2, 40, 20.0, 36.0, 0.4, 3.0)])

    assert "| 2 | 20,000 | 90 | 10 |" in said


@pytest.mark.slow
def test_processor_time_is_that_of_workers_and_of_the_scheduler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "FOLDER", tmp_path)
    monkeypatch.setattr(cluster, "FOLDER", tmp_path)
    monkeypatch.setattr(scoring, "ROWS_A_FILE", 200)

    run = measure(1, 2)

    assert 0 < run.of_workers < run.seconds
    assert run.of_command > 0
