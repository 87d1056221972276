"""Cleaned texts of a part, some thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from addsup.inference.analyzer import Normaliser
from addsup.tables.readers import Selection
from addsup.train.out_of_core.parts import Part, batches

#: More are cleaned before they are counted or weighed: that costs the less, the more there are.
ENOUGH: Final = 10_000


@dataclass(slots=True)
class Cleaned:
    """n texts, normalised, the label of each, and where it falls from 0 to 1."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    places: list[float] = field(default_factory=list)

    def within(self, least: float, most: float = 1.0) -> npt.NDArray[np.int64]:
        """The rows that fall on *least* or beyond, and before *most*."""
        places = np.array(self.places)
        return np.flatnonzero((places >= least) & (places < most))


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read.

    Attributes:
        selection: the columns of text and label.
        share: rows that fall below it are tested with; below twice of it, calibrated on.
        normaliser: cleans the texts.
    """

    selection: Selection
    share: float
    normaliser: Normaliser

    def read(self, part: Part) -> Iterator[Cleaned]:
        """The rows of *part*, cleaned.

        Raises:
            BadData: they cannot be read, or lack text or label.
        """
        found = Cleaned()
        for batch in batches(part, self.selection):
            found.texts += map(self.normaliser.normalise, batch.texts)
            found.labels += batch.labels
            found.places += batch.places
            if len(found.texts) >= ENOUGH:
                yield found
                found = Cleaned()
        yield found


def chosen(items: Sequence[str], rows: npt.NDArray[np.int64]) -> list[str]:
    """Those of *items* that are in *rows*."""
    return [items[i] for i in rows]
