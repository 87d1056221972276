"""Machine: whether a run had it for itself.

Where a hypervisor has more guests than processors, it takes them away for a while, and other
processes of this machine want them too; all that is timed meanwhile takes longer. Linux counts what
everybody had, and the time for which a guest wanted a processor and had none (proc_stat(5)).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Share of all processor time that others had, from which on times say more of them than of us.
DISTURBED: Final = 0.02

STAT: Final = Path("/proc/stat")
USER, NICE, SYSTEM, STEAL = 1, 2, 3, 8  # fields of its first line
ALL: Final = slice(USER, STEAL + 1)
PARENT, SESSION = 1, 3  # fields of /proc/<pid>/stat after the name of the command
TIMES: Final = range(11, 15)  # utime, stime, cutime, cstime


@dataclass(frozen=True, slots=True)
class Processors:
    """What became of the time of all processors, in clock ticks since some moment in the past.

    Attributes:
        there: all of it, idle or not.
        used: by any process.
        stolen: by the hypervisor.
        ours: of what was used, by this process and all that it has started.
    """

    there: int
    used: int
    stolen: int
    ours: int

    @classmethod
    def now(cls) -> Processors:
        """As the kernel has counted so far."""
        fields = STAT.read_text().partition("\n")[0].split()
        used = sum(int(fields[each]) for each in (USER, NICE, SYSTEM))
        there = sum(int(each) for each in fields[ALL])
        return cls(there, used, int(fields[STEAL]), ticks_with_ended(os.getpid()))

    def share_of_others_since(self, before: Processors) -> float:
        """The share of all processor time since *before* that we could not have, from 0 to 1."""
        foreign = (self.used - before.used) - (self.ours - before.ours)
        stolen = self.stolen - before.stolen
        return (stolen + max(0, foreign)) / max(1, self.there - before.there)


def ticks_with_ended(first: int) -> int:
    """CPU time in clock ticks of *first* and all it has started, those that have ended included."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    stats = {pid: _fields(pid) for pid in pids}
    family = {pid for pid, each in stats.items() if each[SESSION] == str(first)} | {first}
    while children := {p for p, f in stats.items() if int(f[PARENT]) in family} - family:
        family |= children
    return sum(int(stats[pid][time]) for pid in family if pid in stats for time in TIMES)


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return ["0"] * 50
