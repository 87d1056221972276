"""Folders of counts that killed servers left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from addsup.server.observability.multiprocess_dir import PREFIX, remove_left_behind
from tests.places import ROOT

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
