"""Counts: those of all processes add up, whatever ends and however full the folder is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from addsup.server.observability.counts import ENDED, Counts, add_up_ended

A, B, GAUGE = ("requests", "/a"), ("requests", "/b"), ("in_flight",)

WORKER = """
import os, sys
from pathlib import Path
from addsup.server.observability.counts import Counts

counts = Counts(Path(sys.argv[1]))
counts.add((("requests", "/a"), 2.0), (("in_flight",), 1.0))
print(os.getpid())
"""


def ended_worker(folder: Path) -> int:
    """The process id of a worker that counted two requests and ended in the middle of one."""
    command = [sys.executable, "-c", WORKER, str(folder)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def test_a_worker_that_ends_leaves_what_it_counted(tmp_path: Path) -> None:
    counts = Counts(tmp_path)
    counts.add((A, 1.0), (B, 1.0))

    ended_worker(tmp_path)

    assert counts.total() == {A: 3.0, B: 1.0, GAUGE: 1.0}


def test_ended_workers_are_added_up_into_one_but_for_what_was_true_of_them_alone(
    tmp_path: Path,
) -> None:
    counts = Counts(tmp_path)
    counts.add((A, 1.0))

    for _ in range(3):
        add_up_ended(tmp_path, ended_worker(tmp_path), gauges=GAUGE)

    assert counts.total() == {A: 7.0}
    assert {path.name for path in tmp_path.glob("*.counts")} == {f"{os.getpid()}.counts", ENDED}


def test_a_worker_is_added_up_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    pid = ended_worker(tmp_path)

    for _ in range(2):
        add_up_ended(tmp_path, pid, gauges=GAUGE)

    assert Counts(tmp_path).total() == {A: 2.0}


def test_where_there_is_no_room_what_was_written_last_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts(tmp_path)
    counts.add((A, 1.0))
    counts.flush()

    def full(_path: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        counts.add((A, 1.0))
        assert counts.total() == {A: 1.0}

    assert counts.total() == {A: 2.0}


def test_a_worker_that_is_killed_has_written_all_but_the_last_moment(tmp_path: Path) -> None:
    script = WORKER + "import signal, time; time.sleep(1); os.kill(os.getpid(), signal.SIGKILL)"

    subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=False)

    assert Counts(tmp_path).total()[A] == 2.0
