"""Labelled text: texts, the label of each, and where they come from."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from addsup.train.data.labels import AS_THEY_ARE, Names
from addsup.train.errors import BadData

#: Each label is a series of /metrics and a column of every file that is scored.
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class LabelledText:
    """Texts and the label of each, in the file's order."""

    name: str
    sha256: str  # of the file's bytes
    frame: pd.DataFrame  # columns "text" and "label", both str; index: number of the line or row
    unit: str = "line"  # what the index counts
    names: Names = AS_THEY_ARE  # of labels; a test has those of what is trained on

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


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to train on, and to test with if they are a file of their own."""

    labelled: LabelledText
    test: LabelledText | None


def text_of(place: str, value: object) -> str:
    """The text in a cell; empty if there is none.

    Raises:
        BadData: it is no text; names the *place*.
    """
    if value is None or isinstance(value, str):
        return value or ""
    found = json.dumps(value, default=repr)[:40]
    raise BadData(f"{place}: the text is {found}, not text.")
