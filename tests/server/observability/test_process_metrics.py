"""Process metrics: what /proc says, added up."""

from __future__ import annotations

import os
import time

import pytest

from addsup.server.observability import process_metrics
from addsup.server.observability.process_metrics import ProcessMetrics


def values(master: int) -> dict[str, float]:
    return {
        sample.name: sample.value
        for family in ProcessMetrics(master).collect()
        for sample in family.samples
    }


@pytest.mark.skipif(not process_metrics.PROC.joinpath("self/stat").exists(), reason="needs /proc")
def test_a_process_is_measured() -> None:
    found = values(os.getpid())

    assert found["process_cpu_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 2**20
    assert found["process_open_fds"] > 2
    assert time.time() - 86_400 < found["process_start_time_seconds"] <= time.time() + 1


def test_without_proc_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(process_metrics, "PROC", tmp_path)

    assert values(os.getpid()) == {}
