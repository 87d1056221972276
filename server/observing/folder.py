"""The folder in which the workers count together, so that /metrics is right across all of them.

Each worker keeps its counts in files there that are mapped into memory; they outlive the worker, so
nothing is lost with one that is killed. prometheus_client looks for the folder when it is imported.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
MEMORY: Final = "/dev/shm"  # noqa: S108

# Of which process the folder in the variable is: a reload keeps it, another master makes its own.
OWNER: Final = "REVIEW_SERVER_METRICS_OWNER"


def make_folder() -> None:
    """Make an empty folder for this process and its workers, in memory where that is possible.

    Whatever the variable said before is overwritten: old counts must not be mixed with new ones.
    """
    if os.environ.get(OWNER) == str(os.getpid()):
        return
    parent = MEMORY if os.access(MEMORY, os.W_OK) else None
    try:
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="metrics-", dir=parent)
    except OSError:
        sys.exit("There is no folder to write to: make /dev/shm or /tmp writable, or set TMPDIR.")
    os.environ[OWNER] = str(os.getpid())
    atexit.register(_remove_folder)


def forget_worker(pid: int) -> None:
    """Leave the counts of a worker that has ended, but not what was true of it alone."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _remove_folder() -> None:
    """Remove the folder, unless this is a worker, which inherits what is to be done at exit."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(Path(os.environ[VARIABLE]), ignore_errors=True)
