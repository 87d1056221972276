"""Cleaned texts of a part, some thousand at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from addsup.inference.analyzer import Normaliser

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Batch, Part

#: More are cleaned before they are counted or weighed: that costs the less, the more there are.
ENOUGH: Final = 10_000


@dataclass(slots=True)
class CleanedTexts:
    """Texts, n, normalised; the label of each; and its position from 0 to 1 by its hash."""

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    positions: list[float] = field(default_factory=list)

    def within(self, least: float, most: float = 1.0) -> npt.NDArray[np.int64]:
        """Rows at the position *least* or beyond, and before *most*."""
        positions = np.array(self.positions)
        return np.flatnonzero((positions >= least) & (positions < most))


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading of parts: their rows, cleaned.

    Attributes:
        rows: a part -> its rows, some at a time.
        share: rows at positions below it are tested with; below twice of it, calibrated on.
        normaliser: cleans the texts.
    """

    rows: Callable[[Part], Iterator[Batch]]
    share: float
    normaliser: Normaliser

    def cleaned(self, part: Part) -> Iterator[CleanedTexts]:
        """Cleaned rows of *part*, about `ENOUGH` at a time; one lot at least, perhaps empty.

        Raises:
            BadData: they cannot be read, or lack text or label.
        """
        lot = CleanedTexts()
        for batch in self.rows(part):
            lot.texts += map(self.normaliser.normalise, batch.texts)
            lot.labels += batch.labels
            lot.positions += batch.positions
            if len(lot.texts) >= ENOUGH:
                yield lot
                lot = CleanedTexts()
        yield lot


def select_rows(items: Sequence[str], rows: npt.NDArray[np.int64]) -> list[str]:
    """Selection of *items* by the numbers of their *rows*."""
    return [items[i] for i in rows]
