"""Metrics: what is counted, of all processes together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from addsup.server.observability import metrics
from addsup.server.observability.counts import ENDED, Counts, add_up_ended
from addsup.server.observability.metrics import ProcessMetrics
from addsup.server.observability.multiprocess_dir import PREFIX, remove_left_behind
from tests.places import ROOT

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


def values(master: int) -> dict[str, float]:
    return {
        sample.name: sample.value
        for family in ProcessMetrics(master).collect()
        for sample in family.samples
    }


@pytest.mark.skipif(not metrics.PROC.joinpath("self/stat").exists(), reason="needs /proc")
def test_a_process_is_measured() -> None:
    found = values(os.getpid())

    assert found["process_cpu_seconds_total"] > 0
    assert found["process_resident_memory_bytes"] > 2**20
    assert found["process_open_fds"] > 2
    assert time.time() - 86_400 < found["process_start_time_seconds"] <= time.time() + 1


def test_without_proc_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(metrics, "PROC", tmp_path)

    assert values(os.getpid()) == {}


SERVER = """
import os, sys, time
from pathlib import Path
from addsup.server.observability import multiprocess_dir as folder

folder.MEMORY = Path(sys.argv[1])
folder.make_folder()
worker = os.fork() if "worker" in sys.argv else 1
os.write(1, f"{folder.folder if worker else os.getpid()}\\n".encode())
time.sleep(60)
"""


@contextmanager
def server(parent: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A process that made its folder in *parent*."""
    command = [sys.executable, "-c", SERVER, str(parent), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_next_server_removes_the_folder_of_a_killed_one_and_no_living_ones(tmp_path: Path) -> None:
    with server(tmp_path) as killed, server(tmp_path) as living:
        left, kept = Path(said(killed)), Path(said(living))
        (left / "1.counts").write_bytes(b"counts")
        killed.kill()
        killed.wait()
        assert left.exists()  # negative control: nobody else removes it

        with server(tmp_path) as later:
            made = Path(said(later))

            assert set(tmp_path.iterdir()) == {kept, made}


def test_folder_is_kept_while_a_worker_of_a_killed_server_lives(tmp_path: Path) -> None:
    with server(tmp_path, "worker") as killed:
        lines = [said(killed), said(killed)]
        folder, worker = sorted(lines, key=str.isdecimal)
        killed.kill()
        killed.wait()
        remove_left_behind(tmp_path)
        kept = Path(folder).exists()
        os.kill(int(worker), signal.SIGKILL)
        assert killed.stdout and killed.stdout.read() == ""  # until the worker is gone too

        remove_left_behind(tmp_path)

        assert kept
        assert not Path(folder).exists()


def test_servers_that_start_together_leave_one_another_alone(tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(server(tmp_path)) for _ in range(8)]

        made = {Path(said(each)) for each in servers}

        assert len(made) == 8
        assert set(tmp_path.iterdir()) == made


def of_another_name(parent: Path) -> Path:
    path = parent / "metrics-of-something-else"
    path.mkdir()
    return path


def a_file(parent: Path) -> Path:
    path = parent / f"{PREFIX}file"
    path.touch()
    return path


def a_link(parent: Path) -> Path:
    (parent / "elsewhere").mkdir()
    path = parent / f"{PREFIX}link"
    path.symlink_to(parent / "elsewhere")
    return path


def of_another_user(parent: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("only root can make what is another's")
    path = parent / f"{PREFIX}theirs"
    path.mkdir()
    os.chown(path, 12345, 12345)
    return path


@pytest.mark.parametrize("arrange", [of_another_name, a_file, a_link, of_another_user])
def test_what_no_server_of_ours_made_stays(tmp_path: Path, arrange: Callable[[Path], Path]) -> None:
    path = arrange(tmp_path)
    empty = tmp_path / f"{PREFIX}empty"
    empty.mkdir()

    remove_left_behind(tmp_path)

    assert path.exists()
    assert not empty.exists()
