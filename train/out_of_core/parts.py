"""Parts of a data set: files, or row groups of large ones, read as batches of labelled texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from addsup.score.errors import ScoreError
from addsup.tables.ranges import Range, ranges
from addsup.tables.readers import Selection, read
from addsup.tables.rows import Rows
from addsup.tables.storage import Source, sources
from addsup.train.errors import BadData

#: Columns that hold the label if nobody says which does.
USUAL: Final = ("label", "status")


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or its row groups from one to before another."""

    source: Source
    groups: Range = None

    def __str__(self) -> str:
        if self.groups is None:
            return self.source.name
        return f"{self.source.name} (row groups {self.groups[0]} to {self.groups[1] - 1})"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: n texts as typed, and their labels without surrounding white space."""

    texts: Sequence[str]
    labels: Sequence[str]

    @property
    def positions(self) -> list[float]:
        """[n], position of each text from 0 to 1, by its hash; the same for copies.

        A copy is what is equal but for case and white space.
        """
        return [position_of(text) for text in self.texts]


def parts_of(address: str) -> list[Part]:
    """The parts of a file, a folder or a glob, by name.

    Raises:
        BadData: there is nothing, or it cannot be read.
    """
    with _told():
        return [Part(source, each) for source in sources(address) for each in ranges(source)]


def selection_of(part: Part, text: str | None, label: str | None) -> Selection:
    """The columns of text and label, as given or by their usual names, that *part* has.

    Raises:
        BadData: it has them not, or cannot be read.
    """
    with _told():
        columns = next(read(part.source, Selection(text, limit=1), part.groups)).kept.schema.names
    usual = label or next((each for each in columns if each.lower() in USUAL), None)
    if usual is None or usual not in columns:
        there = ", ".join(f'"{each}"' for each in columns[:20]) or "none"
        what = f'no column "{label}"' if label else "no column that is known to hold the label"
        raise BadData(f"{part} has {what}: give --label-column with one of {there}.")
    return Selection(text, (usual,))


def batches(part: Part, selection: Selection) -> Iterator[Batch]:
    """The rows of *part*.

    Raises:
        BadData: it cannot be read to its end, or a row lacks text or label.
    """
    first = 1
    with _told():
        for rows in read(part.source, selection, part.groups):
            yield _checked(part, rows, first)
            first += len(rows.texts)


def position_of(text: str) -> float:
    """Position of *text* from 0 to 1, by its hash."""
    plain = " ".join(text.split()).lower().encode(errors="replace")
    return int.from_bytes(hashlib.blake2b(plain, digest_size=8).digest()) / 2**64


def _checked(part: Part, rows: Rows, first: int) -> Batch:
    labels = _strings(rows.kept.column(0))
    for i, (text, label) in enumerate(zip(rows.texts, labels, strict=True)):
        wrong = rows.errors.get(i) and "is malformed"
        if not isinstance(text, str) or not text.strip():
            wrong = wrong or "has no text"
        if not label:
            wrong = wrong or "has no label"
        if wrong:
            raise BadData(f"{part}, row {first + i} {wrong}: correct it, or delete the row.")
    return Batch([str(text) for text in rows.texts], labels)


def _strings(column: pa.Array) -> list[str]:
    return [(value or "").strip() for value in column.cast(pa.string()).to_pylist()]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ScoreError as error:
        raise BadData(str(error)) from None
