"""Counts: what was found in scored rows, added up over batches and files; shown as progress."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import fs
from tqdm import tqdm
from tqdm.utils import CallbackIOWrapper

from addsup.tables.storage import Place, Source


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found in some rows.

    Attributes:
        rows: how many there are.
        labels: label -> rows that have it.
        errors: code -> rows that have it.
        words: of all texts, stop words left out.
        known_words: those of them that the model counts.
    """

    rows: int = 0
    labels: dict[str, int] = {}
    errors: dict[str, int] = {}
    words: int = 0
    known_words: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows + other.rows,
            dict(Counter(self.labels) + Counter(other.labels)),
            dict(Counter(self.errors) + Counter(other.errors)),
            self.words + other.words,
            self.known_words + other.known_words,
        )

    def __str__(self) -> str:
        labels = ", ".join(f"{label} {n:,}" for label, n in sorted(self.labels.items())[:4])
        errors = sum(self.errors.values()) / self.rows if self.rows else 0.0
        return f"{labels or 'no labels'}; errors {errors:.2%}"


def counts_of(batch: pa.RecordBatch, prefix: str) -> Counts:
    """What was found in *batch*, whose results have names that begin with *prefix*."""

    def tally(name: str) -> dict[str, int]:
        column = batch.column(prefix + name).drop_null()
        return {each["values"]: each["counts"] for each in column.value_counts().to_pylist()}

    def total(name: str) -> int:
        return int(pc.sum(batch.column(prefix + name)).as_py() or 0)

    return Counts(len(batch), tally("label"), tally("error"), total("words"), total("known_words"))


class Meter:
    """Progress bar: rows a second, time left, labels and the share of errors so far."""

    def __init__(self, bar: tqdm, size: int) -> None:
        """Show on *bar*; all inputs together have *size* bytes, 0 if that is not known."""
        self.bar, self.size = bar, size
        self.counts = Counts()
        self.read = 0

    def add(self, found: Counts) -> None:
        """Rows have been scored."""
        self.counts += found
        self.bar.set_postfix_str(str(self.counts), refresh=False)
        self.bar.update(found.rows)

    def passed(self, size: int) -> None:
        """So many more bytes were read, which tells how many rows there may be in all."""
        self.read += size
        if self.read:
            self.bar.total = round(self.bar.n * max(1.0, self.size / self.read)) or None

    def reading(self, source: Source) -> Source:
        """*source*, which tells this meter how much of it was read."""
        if not source.place or not source.size:
            return source
        system: Any = _MeteredSystem(source.place.system, self.passed)
        return replace(source, place=Place(system, source.place.path))


class _MeteredSystem:
    """File system whose streams tell how many bytes were read."""

    def __init__(self, system: fs.FileSystem, seen: Callable[[int], None]) -> None:
        self.system, self.seen = system, seen
        self.open_input_file = system.open_input_file

    def open_input_stream(self, path: str, compression: str | None, buffer_size: int) -> Any:
        raw = self.system.open_input_stream(path, None, buffer_size)
        stream = pa.PythonFile(CallbackIOWrapper(self.seen, raw, "read"), "r")
        return pa.CompressedInputStream(stream, compression) if compression else stream
