"""Survey: what a first pass over the rows finds, before anything is cleaned or counted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from addsup.tables.readers import Selection
from addsup.train.out_of_core.parts import Part, batches

#: Texts on which settings are chosen.
SAMPLE: Final = 10_000
#: Shares that are held out: to test with, and to calibrate on; and how many rows are enough.
SHARE: Final = 0.1
ENOUGH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row of the sample; in order of its place."""

    place: float
    text: str
    label: str

    def __lt__(self, other: Drawn) -> bool:
        return (self.place, self.text, self.label) < (other.place, other.text, other.label)


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of some rows.

    Attributes:
        labels: label -> rows that have it.
        digests: sha256 of the rows of each part.
        sample: those that fall on the greatest places.
    """

    labels: Counter[str]
    digests: tuple[bytes, ...]
    sample: Sequence[Drawn]

    def merged(self, other: Survey) -> Survey:
        """Of these rows and then the *other*."""
        return Survey(
            self.labels + other.labels,
            self.digests + other.digests,
            nlargest(SAMPLE, [*self.sample, *other.sample]),
        )

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.labels.total()

    @property
    def classes(self) -> tuple[str, ...]:
        """The K labels, sorted."""
        return tuple(sorted(self.labels))

    @property
    def sha256(self) -> str:
        """Of all rows: of the digests of the parts, one after the other."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()

    @property
    def share(self) -> float:
        """Texts that fall below it are tested with; below twice of it, calibrated on."""
        return min(SHARE, ENOUGH / max(1, self.rows))


def survey(selection: Selection, part: Part) -> Survey:
    """Look at the rows of *part*.

    Raises:
        BadData: they cannot be read, or lack text or label.
    """
    labels: Counter[str] = Counter()
    digest = hashlib.sha256()
    sample: list[Drawn] = []
    for batch in batches(part, selection):
        labels.update(batch.labels)
        rows = list(map(Drawn, batch.places, batch.texts, batch.labels))
        for row in rows:
            digest.update(f"{row.label}\0{row.text}\0".encode(errors="replace"))
        sample = nlargest(SAMPLE, [*sample, *rows])
    return Survey(labels, (digest.digest(),), sample)
