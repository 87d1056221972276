"""What /proc says of a server's processes."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def workers(master: int) -> list[int]:
    """The process ids of the workers of *master*."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(child) for child in children]


def tree(master: int) -> list[int]:
    """*master* and its workers."""
    return [master, *workers(master)]


def cpu_seconds(master: int) -> float:
    """Processor time of master and workers so far."""
    return sum(_ticks(pid) for pid in tree(master)) / TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident(pid: int) -> int:
    """Resident memory in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def proportional(master: int) -> int:
    """Proportional set size of master and workers, in bytes."""
    rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in tree(master))
    lines = (line for rollup in rollups for line in rollup.splitlines())
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def descriptors(pid: int) -> int:
    """How many file descriptors are open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def sockets(pid: int) -> int:
    """How many of them are sockets."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return sum(link.startswith("socket:") for link in links)


def threads(pid: int) -> int:
    """How many threads run."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
