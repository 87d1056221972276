"""Rows: texts with what is kept beside them, as readers give them and writers take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

#: Rows, and about how many characters, that are scored at a time.
ROWS_A_BATCH: Final = 1_000
CHARS_A_BATCH: Final = 4_000_000

#: Codes of rows that could not be read, in the manner of those in docs/errors.md.
MALFORMED_ROW: Final = "malformed_row"


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a file.

    Attributes:
        texts: n texts; anything but a string gets an error in its place.
        kept: n rows of the columns that are handed on.
        errors: number of a row -> the code of what is wrong with it.
    """

    texts: list[object]
    kept: pa.RecordBatch
    errors: dict[int, str] = field(default_factory=dict)

    def first(self, count: int) -> Rows:
        """The first *count* of these rows."""
        return Rows(self.texts[:count], self.kept.slice(0, count), self.errors)
