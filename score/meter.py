"""Progress bar: rows a second, time left, labels and the share of errors so far."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

import pyarrow as pa
from pyarrow import fs
from tqdm import tqdm

from addsup.score.counts import Counts
from addsup.tables.storage import Place, Source


class Meter:
    """Shows on stderr what was found; several threads may add to it."""

    def __init__(self, bar: tqdm, size: int) -> None:
        """Show on *bar*; all inputs together have *size* bytes, 0 if that is not known."""
        self.bar, self.size = bar, size
        self.counts = Counts()
        self._lock = Lock()
        self._done_bytes = self._done_rows = 0

    def add(self, found: Counts) -> None:
        """Rows have been scored."""
        with self._lock:
            self.counts += found
            self.bar.set_postfix_str(in_words(self.counts), refresh=False)
            self.bar.update(found.rows)

    def reading(self, source: Source) -> Source:
        """*source*, which tells this meter how much of it was read: how many rows may be in all."""
        if not source.place or not source.size:
            return source
        system: Any = _MeteredSystem(source.place.system, self._read)
        return replace(source, place=Place(system, source.place.path))

    def _read(self, size: int) -> None:
        with self._lock:
            self._done_bytes += size
            self.bar.total = round(self.bar.n * max(1.0, self.size / self._done_bytes)) or None

    def finish(self, size: int, rows: int) -> None:
        """A file of *size* bytes is done, and had *rows*: so many may be in all."""
        with self._lock:
            self._done_bytes += size
            self._done_rows += rows
            if self._done_bytes:
                self.bar.total = round(self._done_rows * max(1.0, self.size / self._done_bytes))


class _MeteredSystem:
    """File system whose streams tell how many bytes were read."""

    def __init__(self, system: fs.FileSystem, seen: Callable[[int], None]) -> None:
        self.system, self.seen = system, seen
        self.open_input_file = system.open_input_file

    def open_input_stream(self, path: str, compression: str | None, buffer_size: int) -> Any:
        raw = self.system.open_input_stream(path, None, buffer_size)
        stream = pa.PythonFile(_MeteredStream(raw, self.seen), "r")
        return pa.CompressedInputStream(stream, compression) if compression else stream


class _MeteredStream(io.RawIOBase):
    def __init__(self, stream: Any, seen: Callable[[int], None]) -> None:
        self.stream, self.seen = stream, seen

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found: bytes = self.stream.read(size)
        self.seen(len(found))
        return found


def in_words(counts: Counts) -> str:
    """*counts* in a few words."""
    labels = ", ".join(f"{label} {count:,}" for label, count in sorted(counts.labels.items())[:4])
    errors = sum(counts.errors.values()) / counts.rows if counts.rows else 0.0
    return f"{labels or 'no labels'}; errors {errors:.2%}"
