"""Whether a run had the machine for itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench import machine
from bench.machine import Processors

SPIN = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"]


def test_fields_are_those_of_proc_stat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 20 30 5000 400 6 7 80 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
    monkeypatch.setattr(machine, "STAT", stat)

    now = Processors.now()

    assert (now.there, now.used, now.stolen) == (5643, 150, 80)


def test_others_are_processes_that_we_have_not_started_and_the_hypervisor() -> None:
    before = Processors(there=1000, used=300, stolen=50, ours=100)
    after = Processors(there=2000, used=800, stolen=60, ours=400)

    assert after.share_of_others_since(before) == pytest.approx((200 + 10) / 1000)


def test_others_have_nothing_where_clocks_disagree_a_little() -> None:
    before, after = Processors(0, 0, 0, 0), Processors(there=1000, used=500, stolen=0, ours=510)

    assert after.share_of_others_since(before) == 0


def test_what_a_process_of_ours_has_used_is_ours_after_its_end() -> None:
    before = Processors.now()

    subprocess.run(SPIN, check=True)

    assert Processors.now().ours - before.ours >= 40
