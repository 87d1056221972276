"""Labelled text: texts, the label of each, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

#: Each label is a series of /metrics and a column of every file that is scored.
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class LabelledText:
    """Texts and the label of each, in the file's order."""

    name: str
    sha256: str  # of the file's bytes
    frame: pd.DataFrame  # columns "text" and "label", both str; index: number of the line or row
    unit: str = "line"  # what the index counts

    @property
    def texts(self) -> list[str]:
        """The n texts, as in the file."""
        return list(self.frame["text"])

    @property
    def labels(self) -> list[str]:
        """Their n labels, without surrounding white space."""
        return list(self.frame["label"])

    @property
    def classes(self) -> tuple[str, ...]:
        """The distinct labels, sorted; at least two."""
        return tuple(sorted(set(self.labels)))

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.frame)
