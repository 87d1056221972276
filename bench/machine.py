"""Whether the machine had its processors for itself.

Where a hypervisor has more guests than processors, it takes them away for a while, and everything
that is timed meanwhile takes longer. Linux counts the time for which a guest wanted a processor and
had none ("steal" in proc_stat(5)). On a calm machine it was 0.0 to 0.2 % of what was wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Share of the wanted processor time from which on times say more of the machine than of a server.
DISTURBED: Final = 0.01

STAT: Final = Path("/proc/stat")
USER, NICE, SYSTEM, INTERRUPTS, SOFT_INTERRUPTS, STEAL = (
    1,
    2,
    3,
    6,
    7,
    8,
)  # fields of its first line


@dataclass(frozen=True, slots=True)
class Processors:
    """What became of the time of all processors since the machine was started.

    Attributes:
        used: by anyone, in clock ticks.
        stolen: wanted, and not had, in clock ticks.
    """

    used: int
    stolen: int

    @classmethod
    def now(cls) -> Processors:
        """As the kernel has counted so far."""
        fields = STAT.read_text().partition("\n")[0].split()
        used = (USER, NICE, SYSTEM, INTERRUPTS, SOFT_INTERRUPTS)
        return cls(sum(int(fields[each]) for each in used), int(fields[STEAL]))

    def stolen_share_since(self, before: Processors) -> float:
        """The share of the time wanted since *before* that was not had, from 0 to 1."""
        stolen = self.stolen - before.stolen
        return stolen / max(1, self.used - before.used + stolen)
