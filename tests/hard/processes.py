"""Processes of a server, and whether a run had the machine for itself.

Where a hypervisor has more guests than processors, it takes them away for a while, and other
processes want them too; all that is timed meanwhile takes longer.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import psutil

#: Share of all processor time that others had, from which on times say more of them than of us.
DISTURBED: Final = 0.02


@dataclass(frozen=True, slots=True)
class Processors:
    """Seconds of all processors since some moment in the past.

    Attributes:
        there: all of them, idle or not.
        used: by any process.
        stolen: by the hypervisor.
        ours: used by this process and all that it has started.
    """

    there: float
    used: float
    stolen: float
    ours: float

    @classmethod
    def now(cls) -> Processors:
        """As the kernel has counted so far."""
        times, ours = psutil.cpu_times(), 0.0
        used = times.user + times.nice + times.system
        rest = times.idle + times.iowait + times.irq + times.softirq
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            with suppress(psutil.Error):  # it has just ended
                ours += sum(process.cpu_times()[:4])  # with children that have ended
        return cls(used + rest + times.steal, used, times.steal, ours)

    def share_of_others_since(self, before: Processors) -> float:
        """The share of all processor time since *before* that we could not have, from 0 to 1."""
        foreign = (self.used - before.used) - (self.ours - before.ours)
        stolen = self.stolen - before.stolen
        return (stolen + max(0.0, foreign)) / max(0.01, self.there - before.there)


def workers(master: int) -> list[int]:
    """The process ids of the workers of *master*."""
    return [child.pid for child in psutil.Process(master).children()]


def tree(master: int) -> list[psutil.Process]:
    """*master* and its workers."""
    return [psutil.Process(master), *psutil.Process(master).children()]


def cpu_seconds(master: int) -> float:
    """Processor time of master and workers so far."""
    return sum(sum(process.cpu_times()[:2]) for process in tree(master))


def resident(pid: int) -> int:
    """Resident memory in bytes."""
    return int(psutil.Process(pid).memory_info().rss)


def proportional(master: int) -> int:
    """Proportional set size of master and workers, in bytes."""
    return sum(process.memory_full_info().pss for process in tree(master))


def descriptors(pid: int) -> int:
    """How many file descriptors are open."""
    return int(psutil.Process(pid).num_fds())


def sockets(pid: int) -> int:
    """How many connections are open."""
    return len(psutil.Process(pid).net_connections("tcp"))


def threads(pid: int) -> int:
    """How many threads run."""
    return int(psutil.Process(pid).num_threads())
