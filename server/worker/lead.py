"""Which thread has the event loop.

The thread that has it answers requests itself: handing each one to another thread and back would
take longer than the answer. If one takes long after all, a thread that watches gives the loop to
another one, and the late one only finishes its request. (So does the Go runtime take the processor
from a thread that a system call keeps.)
"""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from typing import Final

#: Seconds that the thread which has the loop may be busy with one request before it loses it.
PATIENCE: Final = 0.01
#: Seconds without a request after which the thread that watches may rest.
QUIET: Final = 1.0


class Lead:
    """Hands the event loop from thread to thread. Safe to share between them.

    A term is the time for which one thread has the loop; terms are numbered.
    """

    def __init__(self, threads: int) -> None:
        """For so many *threads*, none of which has the loop yet."""
        self._lock = threading.Lock()
        self._calls = threading.Semaphore(0)
        self._threads = self._idle = threads
        self._term = 0
        self._busy_since: float | None = None
        self._last_begun = 0.0
        self._watcher_rests = False
        # Unlike an event's, its lock may be taken by a signal handler as well.
        self._calls_for_watcher: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._over = False

    @property
    def has_stand_in(self) -> bool:
        """Whether a thread is idle, so that the one that has the loop may get busy."""
        return self._idle > 0

    def wait_for_call(self) -> bool:
        """Wait until the calling thread is given the loop; False when there is none any more."""
        self._calls.acquire()
        return not self._over

    def begin(self, now: float) -> int:
        """The thread that has the loop gets busy. Returns its term, for `end`."""
        self._busy_since = self._last_begun = now
        if self._watcher_rests:
            self.wake_watcher()
        return self._term

    def end(self, term: int) -> bool:
        """It is not busy any more. Returns whether it still has the loop; if not, it is idle."""
        with self._lock:
            if self._term == term:
                self._busy_since = None
                return True
            self._idle += 1
            return False

    def pass_on_if_late(self) -> None:
        """Give the loop to an idle thread if the one that has it has been busy for too long."""
        since = self._busy_since
        if since is not None and time.monotonic() - since > PATIENCE:
            self._pass_on(since)

    def rest_if_quiet(self, seconds: float) -> None:
        """Let the calling thread, which watches, sleep until it is needed, for *seconds* at most.

        If there has been a request lately, it does not: waking it each time would cost more than
        that it looks.
        """
        if time.monotonic() - self._last_begun < QUIET:
            return
        self._watcher_rests = True
        if self._busy_since is None:  # nobody has begun before that could be seen
            with suppress(queue.Empty):
                self._calls_for_watcher.get(timeout=seconds)
        self._watcher_rests = False

    def wake_watcher(self) -> None:
        """End the rest of the thread that watches. Signal handlers may do so too."""
        self._watcher_rests = False
        self._calls_for_watcher.put(None)

    def pass_on(self) -> None:
        """Give the loop to a thread for the first time."""
        self._pass_on(None)

    def _pass_on(self, since: float | None) -> None:
        with self._lock:
            if self._busy_since == since and self._idle:
                self._idle -= 1
                self._term += 1
                self._busy_since = None
                self._calls.release()

    def retire(self) -> None:
        """Let the threads that wait for the loop go."""
        self._over = True
        self._calls.release(self._threads)
