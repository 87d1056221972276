"""Heartbeat of a worker: a file that it touches, and for how long it has not, in running time.

Gunicorn compares the file with the clock, so a machine that stood still for longer than the
time-out (a paused container, a snapshot) would cost every worker. Here the master adds up the time
between its own looks, each a second at the most: while it stood still itself, it did not look.
"""

from __future__ import annotations

import time
from typing import Any, Final

from gunicorn.workers.workertmp import WorkerTmp

#: Seconds between two looks that count at the most; the master looks once a second.
MOST_BETWEEN_LOOKS: Final = 1.0
#: Seconds that a worker has to start, beyond the time-out.
START_SECONDS: Final = 25.0


class Heartbeat(WorkerTmp):
    """What the arbiter asks for a worker's last sign of life (`Arbiter.murder_workers`)."""

    def __init__(self, cfg: Any) -> None:
        super().__init__(cfg)
        self._looked, self._beat = time.monotonic(), super().last_update()
        self._silent = -START_SECONDS

    def last_update(self) -> float:
        """When the worker was last heard of, in monotonic seconds of running time."""
        now, beat = time.monotonic(), super().last_update()
        passed = min(now - self._looked, MOST_BETWEEN_LOOKS)
        self._silent = self._silent + passed if beat == self._beat else 0.0
        self._looked, self._beat = now, beat
        return now - self._silent
