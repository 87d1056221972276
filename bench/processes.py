"""Process statistics: what /proc says of all processes of one server."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Final

PR_SET_CHILD_SUBREAPER: Final = 36  # linux/prctl.h

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, SESSION, UTIME, STIME, CUTIME, CSTIME = (
    1,
    3,
    11,
    12,
    13,
    14,
)  # fields of /proc/<pid>/stat after the command's name


def members(first: int) -> list[int]:
    """Process *first*, what it has started, and what its session holds besides."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats = {pid: _fields(pid) for pid in pids}
    family = {pid for pid, each in stats.items() if each[SESSION] == str(first)} | {first}
    while children := {p for p, f in stats.items() if int(f[PARENT]) in family} - family:
        family |= children  # some servers give their workers a session of their own
    return sorted(family)


def cpu_seconds(first: int) -> float:
    """CPU time that the kernel has booked on them so far, its own for them included."""
    fields = [_fields(pid) for pid in members(first)]
    return sum(int(each[UTIME]) + int(each[STIME]) for each in fields) / TICKS


def adopt_orphans() -> None:
    """Let processes whose parent has gone become this one's, rather than the first process's.

    Some servers end before their workers do, and whose parent does not wait for them is booked on
    nobody. Adopted ones are left as zombies, which `ticks_with_ended` counts, until this one ends.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def ticks_with_ended(first: int) -> int:
    """CPU time in clock ticks of *first* and all it has started, those that have ended included."""
    fields = [_fields(pid) for pid in members(first)]
    return sum(int(each[time]) for each in fields for time in (UTIME, STIME, CUTIME, CSTIME))


def proportional_megabytes(first: int) -> float:
    """Their proportional set size (PSS): shared pages are shared out among those who map them."""
    lines = [line for pid in members(first) for line in _rollup(pid)]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def resident_megabytes(pid: int) -> float:
    """Resident set size (RSS) of one process: its pages in memory, shared ones in full."""
    lines = (line for line in _rollup(pid) if line.startswith("Rss:"))
    return sum(int(line.split()[1]) for line in lines) * 1024 / 1e6


def private_megabytes(first: int) -> float:
    """Their unique set size (USS): the pages that no other process maps."""
    private = ("Private_Clean:", "Private_Dirty:")
    lines = [line for pid in members(first) for line in _rollup(pid)]
    return sum(int(line.split()[1]) for line in lines if line.startswith(private)) * 1024 / 1e6


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return ["0"] * 50


def _rollup(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return []
