"""Leader of the threads: which one has the event loop (Leader/Followers pattern).

The leader answers requests itself: handing each one to another thread and back would take longer
than the answer. If a request takes long, the main thread, which watches, gives the loop to an idle
thread, and the late one only finishes its request.

Source: Schmidt, O'Ryan, Kircher, Pyarali, "Leader/Followers" (2000).

    follower --promoted--> leader --begin--> busy leader --end--> leader
                                                  | demoted (another thread is promoted)
                                                  v
                                             late thread --end--> follower

Each arrow is one method that holds the lock from beginning to end, so at any time at most one
thread is leader; tests/server/worker/test_leader.py tries every interleaving.
"""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from typing import Final

#: Seconds that the leader may be busy with one request before it is demoted.
PATIENCE: Final = 0.01
#: Seconds without a request after which the watching thread may rest.
QUIET: Final = 1.0


class Leadership:
    """Hands the event loop from thread to thread. Every attribute belongs to whoever has the lock.

    A term is the time for which one thread leads; terms are numbered.
    """

    def __init__(self, threads: int) -> None:
        """For so many *threads*, none of which leads yet."""
        self._lock = threading.Lock()
        self._promotions = threading.Semaphore(0)
        self._threads = self._idle = threads
        self._term = 0
        self._busy_since: float | None = None
        self._last_begun = 0.0
        self._watcher_rests = False
        # Unlike an event's, its lock may be taken by a signal handler as well.
        self._wake_ups: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.is_over = False

    @property
    def has_follower(self) -> bool:
        """Whether a thread is idle, so that the leader may get busy."""
        return self._idle > 0

    def wait_for_promotion(self) -> bool:
        """Wait until the calling thread leads; False when there is nothing to lead any more."""
        self._promotions.acquire()
        return not self.is_over

    def begin(self, now: float) -> int:
        """Mark the leader as busy since *now* (monotonic seconds); its term, for `end`."""
        with self._lock:
            self._busy_since = self._last_begun = now
            if self._watcher_rests:
                self.wake_watcher()
            return self._term

    def end(self, term: int) -> bool:
        """Mark the thread as done; whether it still leads. If not, it is a follower now."""
        with self._lock:
            if self._term == term:
                self._busy_since = None
                return True
            self._idle += 1
            return False

    def promote_first(self) -> None:
        """Let one of the followers lead; to be called once."""
        with self._lock:
            self._promote()

    def demote_if_late(self, now: float) -> None:
        """Promote a follower if the leader has been busy for more than `PATIENCE`."""
        if self._busy_since is None:  # the usual case needs no lock; it is looked at again below
            return
        with self._lock:
            since = self._busy_since
            if since is not None and now - since > PATIENCE and self._idle:
                self._promote()

    def _promote(self) -> None:
        self._idle -= 1
        self._term += 1
        self._busy_since = None
        self._promotions.release()

    def rest_if_quiet(self, now: float, seconds: float) -> None:
        """Let the watching thread sleep until a request begins, for *seconds* at most.

        If there has been a request lately, it does not: waking it each time would cost more than
        that it looks.
        """
        with self._lock:
            if self._busy_since is not None or now - self._last_begun < QUIET:
                return
            self._watcher_rests = True
        with suppress(queue.Empty):
            self._wake_ups.get(timeout=seconds)
        self._watcher_rests = False

    def wake_watcher(self) -> None:
        """End the rest of the watching thread. Signal handlers may call it too."""
        self._watcher_rests = False
        self._wake_ups.put(None)

    def retire(self) -> None:
        """Let the followers end."""
        self.is_over = True
        self._promotions.release(self._threads)
