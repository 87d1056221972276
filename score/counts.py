"""Counts: what was found in scored rows, added up over batches and files."""

from __future__ import annotations

from collections import Counter

import msgspec
import pyarrow as pa
import pyarrow.compute as pc


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


def counts_of(batch: pa.RecordBatch, prefix: str) -> Counts:
    """What was found in *batch*, whose results have names that begin with *prefix*."""

    def tally(name: str) -> dict[str, int]:
        column = batch.column(prefix + name).drop_null()
        return {each["values"]: each["counts"] for each in column.value_counts().to_pylist()}

    def total(name: str) -> int:
        return int(pc.sum(batch.column(prefix + name)).as_py() or 0)

    return Counts(len(batch), tally("label"), tally("error"), total("words"), total("known_words"))
