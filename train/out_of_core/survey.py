"""Survey: labels, digest and a sample, from a first pass before anything is cleaned or counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Batch, Part

#: Texts on which settings are chosen.
SAMPLE: Final = 10_000
#: Shares that are held out: to test with, and to calibrate on; and how many rows are enough.
SHARE: Final = 0.1
ENOUGH: Final = 20_000


class Drawn(NamedTuple):
    """Row of the sample, in order of its position."""

    position: float
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Survey of some rows.

    Attributes:
        labels: label -> rows that have it.
        digests: sha256 of the rows of each part.
        sample: those at the greatest positions.
    """

    labels: Counter[str]
    digests: tuple[bytes, ...]
    sample: Sequence[Drawn]

    def merged(self, other: Survey) -> Survey:
        """Survey of these rows, then the *other*."""
        return Survey(
            self.labels + other.labels,
            self.digests + other.digests,
            nlargest(SAMPLE, [*self.sample, *other.sample]),
        )

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.labels.total()

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels, K, sorted."""
        return tuple(sorted(self.labels))

    @property
    def sha256(self) -> str:
        """Digest of all rows: of the digests of the parts, one after the other."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()

    @property
    def share(self) -> float:
        """Share of the texts that is tested with; as many are calibrated on."""
        return min(SHARE, ENOUGH / max(1, self.rows))


def survey_part(rows: Callable[[Part], Iterator[Batch]], part: Part) -> Survey:
    """Survey of the *rows* of *part*.

    Raises:
        BadData: they cannot be read, or lack text or label.
    """
    labels: Counter[str] = Counter()
    digest = hashlib.sha256()
    sample: list[Drawn] = []
    for batch in rows(part):
        labels.update(batch.labels)
        drawn = list(map(Drawn, batch.positions, batch.texts, batch.labels))
        for row in drawn:
            digest.update(f"{row.label}\0{row.text}\0".encode(errors="replace"))
        sample = nlargest(SAMPLE, [*sample, *drawn])
    return Survey(labels, (digest.digest(),), sample)
