"""Process metrics: processor time, memory and descriptors of the master and its workers together.

The names are those of Prometheus' client libraries. They are read from /proc when asked for; where
there is none (macOS), there are no such metrics.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

PROC: Final = Path("/proc")

#: Fields of /proc/<pid>/stat behind the name: utime and stime, those of children that have ended,
#: and the start in ticks since the machine was booted.
CPU, CPU_OF_CHILDREN, START = slice(11, 13), slice(13, 15), 19


class ProcessMetrics:
    """Metrics of a process and its children, made when asked."""

    def __init__(self, master: int) -> None:
        self.master = master

    def collect(self) -> Iterator[Metric]:
        """Four families, or none without /proc."""
        with suppress(OSError, ValueError, IndexError):
            yield from self._families()

    def _families(self) -> list[Metric]:
        stats = {pid: _stat(pid) for pid in (self.master, *_children(self.master))}
        ticks = os.sysconf("SC_CLK_TCK")
        spent = sum(int(each) for fields in stats.values() for each in fields[CPU])
        spent += sum(int(each) for each in stats[self.master][CPU_OF_CHILDREN])
        resident = sum(int((PROC / f"{pid}/statm").read_text().split()[1]) for pid in stats)
        descriptors = sum(len(list((PROC / f"{pid}/fd").iterdir())) for pid in stats)
        booted = next(
            float(line.split()[1])
            for line in (PROC / "stat").read_text().splitlines()
            if line.startswith("btime")
        )
        gauges = {
            "resident_memory_bytes": (
                "Resident memory of all processes; what they share counts in each.",
                resident * os.sysconf("SC_PAGE_SIZE"),
            ),
            "open_fds": ("File descriptors of all processes.", descriptors),
            "start_time_seconds": (
                "When the server started, in seconds since 1970.",
                booted + int(stats[self.master][START]) / ticks,
            ),
        }
        spent_by_all = "Processor time of all processes."
        return [
            CounterMetricFamily("process_cpu_seconds", spent_by_all, value=spent / ticks),
            *(
                GaugeMetricFamily(f"process_{name}", meaning, value=number)
                for name, (meaning, number) in gauges.items()
            ),
        ]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat that follow the name of the program."""
    return (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    return [int(each) for each in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
