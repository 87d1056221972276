"""Ranges: the row groups of a large Parquet file that one task takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from addsup.tables.formats import PARQUET, suffixes
from addsup.tables.readers import row_groups
from addsup.tables.storage import Source

#: A Parquet file of more bytes is cut at its row groups.
BYTES_A_TASK: Final = 256 * 2**20

Range = tuple[int, int] | None


def ranges(source: Source, form: str | None = None) -> Sequence[Range]:
    """The first row group of each task and the one after its last; None for a whole file.

    Args:
        source: the file.
        form: its format, if its name does not say it.

    Raises:
        BadInput: it has to be read for that, and cannot be.
    """
    count = math.ceil(source.size / BYTES_A_TASK)
    if count <= 1 or (form or suffixes(source.name)[0].lower().lstrip(".")) != PARQUET:
        return [None]
    groups = row_groups(source)
    count = max(1, min(count, groups))
    return [(groups * i // count, groups * (i + 1) // count) for i in range(count)]
