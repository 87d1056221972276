"""Multiprocess folder: where the workers count together, so that /metrics is of all of them.

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

from addsup.server.observability.counts import add_up_ended

MEMORY: Final = Path("/dev/shm")  # noqa: S108
PREFIX: Final = "addsup-metrics-"

#: Of a server, once it is made: workers and reloads have it from the master.
folder: Path | None = None
_maker: int | None = None


def master() -> int:
    """The process whose children count with it: the one that made the folder, or else this one."""
    return _maker or os.getpid()


def make_folder() -> None:
    """Make an empty folder for this process and its workers, in memory where that is possible.

    A reload keeps it. Folders that killed servers have left there are removed.
    """
    global folder, _maker
    if folder:
        return
    try:
        parent = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
        remove_left_behind(parent)
        folder, _maker = _make_locked(parent), os.getpid()
    except OSError:
        sys.exit("There is no folder to write to: make /dev/shm or /tmp writable, or set TMPDIR.")
    atexit.register(_remove_folder)


def forget_worker(pid: int) -> None:
    """Add up the counts of a worker that has ended, but not what was true of it alone."""
    if folder:
        add_up_ended(folder, pid, gauges=("http_requests_in_flight",))


def remove_left_behind(parent: Path) -> None:
    """Remove the folders in *parent* that this user's servers made and that no process holds."""
    for found in parent.glob(f"{PREFIX}*"):
        try:
            held = os.open(found, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone by now, another user's, or no folder
            continue
        try:
            if os.fstat(held).st_uid == os.geteuid():
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(found, ignore_errors=True)
        except OSError:  # a server lives there, or the file system knows no locks
            pass
        finally:
            os.close(held)


def _make_locked(parent: Path) -> Path:
    """A new folder, locked until this process and all that it forks have ended."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        with suppress(FileNotFoundError):  # another that starts just now took it for left behind
            held = os.open(made, os.O_RDONLY | os.O_DIRECTORY)  # for good: closed is unlocked
            with suppress(OSError):  # without locks it does as well, but is never cleared away
                fcntl.flock(held, fcntl.LOCK_SH)
            if made.exists():
                return made
            os.close(held)


def _remove_folder() -> None:
    """Remove the folder, unless this is a worker, which inherits what is to be done at exit."""
    if folder and _maker == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
