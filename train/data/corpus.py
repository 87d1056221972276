"""Labelled texts, cleaned, with the numbers that training and evaluation work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Corpus:
    """n labelled texts.

    Attributes:
        texts: whether negations are kept -> the n normalised texts.
        labels: [n].
    """

    texts: Mapping[bool, NDArray[np.object_]]
    labels: NDArray[np.str_]

    @classmethod
    def of(cls, texts: Mapping[bool, Sequence[str]], labels: Sequence[str]) -> Corpus:
        """From lists."""
        arrays = {kept: np.array(list(cleaned), dtype=object) for kept, cleaned in texts.items()}
        return cls(arrays, np.array(labels))

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The K distinct labels, sorted."""
        return tuple(np.unique(self.labels).tolist())

    @cached_property
    def truth(self) -> Rows:
        """Numbers of the labels, [n], 0 to K - 1."""
        return np.unique(self.labels, return_inverse=True)[1]

    @cached_property
    def copies(self) -> Rows:
        """A number for each text, [n], equal for texts that cleaning makes equal.

        They count up from 0 in the order in which the texts first appear. Equal is what is equal
        without stop words, negations included: at worst, too much is held to be a copy.
        """
        seen: dict[str, int] = {}
        texts = self.texts[min(self.texts)]
        return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)

    def __len__(self) -> int:
        """Return n."""
        return len(self.labels)
