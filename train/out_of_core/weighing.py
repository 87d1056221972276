"""Weighing: moments of the weights of terms, and rows that are held out, added up over parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.pipeline import Pipeline

from addsup.train.out_of_core.cleaned import CleanedTexts, Reading, select_rows
from addsup.train.sparse_gaussian_nb import Moments

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Part

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HeldRows:
    """Rows that are not fitted on: n weighed texts, [n, V], their labels' numbers and positions."""

    X: sparse.csr_matrix
    truth: Numbers
    positions: Array

    def merged(self, other: HeldRows) -> HeldRows:
        """These rows, then the *other*."""
        return HeldRows(
            sparse.vstack([self.X, other.X], format="csr"),
            np.concatenate([self.truth, other.truth]),
            np.concatenate([self.positions, other.positions]),
        )

    def within(self, least: float, most: float) -> HeldRows:
        """Those at the position *least* or beyond, and before *most*."""
        rows = np.flatnonzero((self.positions >= least) & (self.positions < most))
        return HeldRows(self.X[rows], self.truth[rows], self.positions[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Result of a pass: the moments of what is fitted on, and the other rows."""

    moments: Moments
    held: HeldRows

    def merged(self, other: Weighed) -> Weighed:
        """Result of these rows, then the *other*."""
        return Weighed(self.moments.merged(other.moments), self.held.merged(other.held))


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weighing of rows.

    Attributes:
        reading: how they are read.
        weighting: normalised texts -> weights; fitted.
        labels: K, sorted.
        presence: whether a weight counts as 1.
    """

    reading: Reading
    weighting: Pipeline
    labels: Sequence[str]
    presence: bool

    def weigh_part(self, part: Part) -> Weighed:
        """Moments and held-out rows of *part*.

        Raises:
            BadData: they cannot be read, or lack text or label.
        """
        return reduce(Weighed.merged, map(self._weighed, self.reading.cleaned(part)))

    def _weighed(self, cleaned: CleanedTexts) -> Weighed:
        number = {label: i for i, label in enumerate(self.labels)}
        truth = np.array([number[label] for label in cleaned.labels], np.int64)
        fitted = cleaned.within(2 * self.reading.share)
        held = cleaned.within(0.0, 2 * self.reading.share)
        X = self._weights(cleaned, fitted)
        if self.presence:
            X.data[:] = X.data > 0
        return Weighed(
            Moments.of(X, truth[fitted], len(self.labels)),
            HeldRows(self._weights(cleaned, held), truth[held], np.array(cleaned.positions)[held]),
        )

    def _weights(self, cleaned: CleanedTexts, rows: Numbers) -> sparse.csr_matrix:
        if not len(rows):  # scikit-learn wants one at least
            return self.weighting.transform([""])[:0]
        return self.weighting.transform(select_rows(cleaned.texts, rows))
