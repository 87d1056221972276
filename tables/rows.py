"""Rows of a table that is being read, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

#: Rows that are read at a time, at most.
ROWS_A_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table, column by column.

    Attributes:
        numbers: n numbers, of the lines on which the rows start, or of the rows, from 1 on.
        columns: name -> n values; None where a row has none.
        problems: index of a row -> what is wrong with it.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    problems: Mapping[int, str] = field(default_factory=dict)

    def values(self, name: str) -> Sequence[object]:
        """The n values of a column; all None if no row has it."""
        return self.columns.get(name) or [None] * len(self.numbers)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read.

    Attributes:
        name: of the file.
        columns: names as in the file, which may repeat; of JSON Lines, those of the first batch.
        batches: its rows; one batch at least, which may be empty.
        unit: what the rows are numbered by.
    """

    name: str
    columns: tuple[str, ...]
    batches: Iterator[Batch]
    unit: str = "line"
