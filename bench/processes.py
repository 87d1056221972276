"""What /proc says of all processes of one server."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SESSION, UTIME, STIME = 3, 11, 12  # fields of /proc/<pid>/stat after the command's name


def members(session: int) -> list[int]:
    """The processes of the session that process *session* leads, workers' workers included."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _fields(pid)[SESSION] == str(session)]


def cpu_seconds(session: int) -> float:
    """CPU time that the kernel has booked on them so far, its own for them included."""
    fields = [_fields(pid) for pid in members(session)]
    return sum(int(each[UTIME]) + int(each[STIME]) for each in fields) / TICKS


def proportional_megabytes(session: int) -> float:
    """Their proportional set size (PSS): shared pages are shared out among those who map them."""
    lines = [line for pid in members(session) for line in _rollup(pid)]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


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
