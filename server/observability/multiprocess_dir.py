"""Multiprocess folder: where the workers count together, so that /metrics is of all of them.

Each worker keeps its counts in files there that are mapped into memory; they outlive the worker, so
nothing is lost with one that is killed. prometheus_client looks for the folder when it is imported.

The master holds a lock on the folder, and its workers hold it with the master. When the last of
them is gone, however it went, so is the lock, and the next server that starts removes the folder. A
process id would not do: it may be another's by now, or one of another container's.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
MEMORY: Final = Path("/dev/shm")  # noqa: S108
PREFIX: Final = "addsup-metrics-"

# Of which process the folder in the variable is: a reload keeps it, another master makes its own.
OWNER: Final = "ADDSUP_METRICS_OWNER"


def make_folder() -> None:
    """Make an empty folder for this process and its workers, in memory where that is possible.

    Whatever the variable said before is overwritten: old counts must not be mixed with new ones.
    Folders that killed servers have left there are removed.
    """
    if os.environ.get(OWNER) == str(os.getpid()):
        return
    try:
        parent = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
        remove_left_behind(parent)
        os.environ[VARIABLE] = str(_make_locked(parent))
    except OSError:
        sys.exit("There is no folder to write to: make /dev/shm or /tmp writable, or set TMPDIR.")
    os.environ[OWNER] = str(os.getpid())
    atexit.register(_remove_folder)


def forget_worker(pid: int) -> None:
    """Leave the counts of a worker that has ended, but not what was true of it alone."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def remove_left_behind(parent: Path) -> None:
    """Remove the folders in *parent* that this user's servers made and that no process holds."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone by now, another user's, or no folder
            continue
        try:
            if os.fstat(held).st_uid == os.geteuid():
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # a server lives there, or the file system knows no locks
            pass
        finally:
            os.close(held)


def _make_locked(parent: Path) -> Path:
    """A new folder, locked until this process and all that it forks have ended."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        with suppress(FileNotFoundError):  # another that starts just now took it for left behind
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)  # for good: closed is unlocked
            with suppress(OSError):  # without locks it does as well, but is never cleared away
                fcntl.flock(held, fcntl.LOCK_SH)
            if folder.exists():
                return folder
            os.close(held)


def _remove_folder() -> None:
    """Remove the folder, unless this is a worker, which inherits what is to be done at exit."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(Path(os.environ[VARIABLE]), ignore_errors=True)
