"""Log writer: writes lines off the path of the requests, each whole.

A request leaves its line in a queue. One thread a process wakes for the first line, waits a moment
for more, and writes them together: few writes a second under any load, none when idle. A line that
cannot be written is lost, and so are the lines of the last moment if the process is killed; but no
request ever waits for, or fails because of, whoever reads the log.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from queue import Empty, SimpleQueue
from typing import Final

#: A write of up to this many bytes is never mixed with those of other processes (PIPE_BUF).
WRITE_BYTES: Final = 4096
#: Seconds that lines wait for company.
PAUSE: Final = 0.02
#: Lines that wait at the most, 3 MB of them, while no one reads the log.
WAITING_LINES: Final = 10_000


class LogWriter:
    """Lines on their way to a file descriptor. Safe to share between threads, not over a fork."""

    def __init__(self, descriptor: int = 1) -> None:
        self.descriptor = descriptor
        self.lost = 0
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def put(self, line: bytes) -> None:
        """Write *line*, which ends in a newline, soon. Never blocks, never fails."""
        if self._thread is None:
            self._start()
        if self._queue.qsize() < WAITING_LINES:
            self._queue.put(line)
        else:
            self.lost += 1

    def close(self) -> None:
        """Write what is waiting, unless no one reads it within a second."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(1)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log lines", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _run(self) -> None:
        line = self._queue.get()
        while line is not None:
            time.sleep(PAUSE)
            line = self._write_with_all_that_wait(line)

    def _write_with_all_that_wait(self, first: bytes) -> bytes | None:
        """Write *first* and what waits behind it; the line to go on with, None at the end."""
        pieces, size = [first], len(first)
        while True:
            try:
                line = self._queue.get_nowait()
            except Empty:
                self._write(pieces)
                return self._queue.get()
            if line is None or size + len(line) > WRITE_BYTES:
                self._write(pieces)
                pieces, size = [], 0
            if line is None:
                return None
            pieces.append(line)
            size += len(line)

    def _write(self, pieces: list[bytes]) -> None:
        try:
            os.write(self.descriptor, b"".join(pieces))
        except OSError:  # a full disk, a closed pipe
            self.lost += len(pieces)
