"""Counts: the numbers of one process, and those of all workers through files.

A request adds to plain numbers in memory. A thread writes them to a file of the process, in memory
too, at most every `FLUSH_SECONDS`; the end of the process does. So counting never waits for a file
and never fails: where the folder is full, the last numbers that were written stand. A worker that
is killed loses what it had not written. The master adds the files of ended workers up into one.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

#: Name of a metric, values of its labels and, in a histogram, the number of a bucket.
Key = tuple[str, ...]
Numbers = dict[Key, float]
Amount = tuple[Key, float]

FLUSH_SECONDS: Final = 0.25
SUFFIX: Final = ".counts"
ENDED: Final = "ended" + SUFFIX

ENCODER: Final = msgspec.msgpack.Encoder()
DECODER: Final = msgspec.msgpack.Decoder(list[tuple[Key, float]])


class Counts:
    """The numbers of this process, shared through a folder if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.numbers: Numbers = {}
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, *amounts: Amount) -> None:
        """Add each amount to its number."""
        numbers = self.numbers
        with self._lock:
            for key, amount in amounts:
                numbers[key] = numbers.get(key, 0.0) + amount
        if self.folder and not self._changed.is_set():
            self._wake()

    def total(self) -> Numbers:
        """The numbers of all processes, the ended ones included; this one's as they are now."""
        if self.folder is None:
            with self._lock:
                return dict(self.numbers)
        self.flush()
        found: Numbers = {}
        with _locked(self.folder, fcntl.LOCK_SH):
            for path in self.folder.glob(f"*{SUFFIX}"):
                _add_up(found, _read(path))
        return found

    def flush(self) -> None:
        """Write the numbers, if there is room."""
        self._changed.clear()
        with self._lock:
            content = ENCODER.encode(list(self.numbers.items()))
        if self.folder and self.numbers:
            with suppress(OSError):
                _replace(self.folder / f"{os.getpid()}{SUFFIX}", content)

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="counts", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
        self._changed.set()

    def _run(self) -> None:
        while True:
            self._changed.wait()
            time.sleep(FLUSH_SECONDS)
            self.flush()


def add_up_ended(folder: Path, pid: int, gauges: Iterable[str]) -> None:
    """Add the numbers of an ended process to those of all before it, but for *gauges*."""
    path, ended = folder / f"{pid}{SUFFIX}", folder / ENDED
    with suppress(OSError), _locked(folder, fcntl.LOCK_EX):
        found = _read(ended)
        _add_up(found, {key: n for key, n in _read(path).items() if key[0] not in gauges})
        _replace(ended, ENCODER.encode(list(found.items())))
        path.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path, kind: int) -> Iterator[None]:
    """Hold readers and the one that adds up apart, where the file system knows locks."""
    held = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(OSError):
            fcntl.flock(held, kind)
        yield
    finally:
        os.close(held)


def _read(path: Path) -> Numbers:
    try:
        return dict(DECODER.decode(path.read_bytes()))
    except (OSError, msgspec.DecodeError):
        return {}


def _add_up(found: Numbers, more: Numbers) -> None:
    for key, number in more.items():
        found[key] = found.get(key, 0.0) + number


def _replace(path: Path, content: bytes) -> None:
    """Let *path* have *content*, all of it or none; OSError if there is no room."""
    draft = path.with_suffix(".draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
