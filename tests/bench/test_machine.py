"""Whether the machine had its processors for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import machine
from bench.machine import Processors


def test_fields_are_those_of_proc_stat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 5000 400 6 7 80 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
    monkeypatch.setattr(machine, "STAT", stat)

    assert Processors.now() == Processors(used=100 + 20 + 30 + 6 + 7, stolen=80)


def test_share_is_of_the_time_that_was_wanted() -> None:
    before, after = Processors(used=1000, stolen=50), Processors(used=1090, stolen=60)

    assert after.stolen_share_since(before) == pytest.approx(0.1)


def test_nothing_is_stolen_of_no_time() -> None:
    assert Processors(5, 5).stolen_share_since(Processors(5, 5)) == 0


def test_this_machine_counts() -> None:
    before = Processors.now()
    sum(range(3_000_000))

    assert 0 <= Processors.now().stolen_share_since(before) < 1
    assert Processors.now().used > 0
