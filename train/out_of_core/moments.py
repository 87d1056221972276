"""Moments: means and squared deviations of the weights of terms by label, added up over batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.pipeline import Pipeline

from addsup.train.out_of_core.cleaned import CleanedTexts, Reading, select_rows
from addsup.train.sparse_gaussian_nb import Moments, mean_and_variance

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Part

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over the rows of each of K labels.

    Attributes:
        rows: [K], how many there are.
        mean: [K, V], of the weights of each term.
        squares: [K, V], sums of squared deviations from these.
    """

    rows: Array
    mean: Array
    squares: Array

    @classmethod
    def of(cls, X: sparse.csr_matrix, numbers: Numbers, labels: int) -> Sums:
        """Sums of weights [n, V], by the n numbers of the labels."""
        rows = np.bincount(numbers, minlength=labels).astype(np.float64)
        mean, squares = np.zeros((2, labels, X.shape[1]))
        for label in np.flatnonzero(rows):
            mean[label], variance = mean_and_variance(X[numbers == label])
            squares[label] = variance * rows[label]
        return cls(rows, mean, squares)

    def merged(self, other: Sums) -> Sums:
        """Sums over these rows and the *other*.

        After Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing
        sample variances, 1979: no digits are lost, as a difference of sums of squares would.
        """
        rows = self.rows + other.rows
        share = np.divide(other.rows, rows, out=np.zeros_like(rows), where=rows > 0)[:, None]
        apart = other.mean - self.mean
        return Sums(
            rows,
            self.mean + apart * share,
            self.squares + other.squares + apart**2 * share * self.rows[:, None],
        )

    def together(self) -> Sums:
        """Sums over all rows as if they had one label."""
        one_by_one = [
            Sums(*(each[k : k + 1] for each in (self.rows, self.mean, self.squares)))
            for k in range(len(self.rows))
        ]
        return reduce(Sums.merged, one_by_one)

    def moments(self) -> Moments:
        """Moments for Gaussian naive Bayes."""
        every = self.together()
        return Moments(
            mean=self.mean,
            variance=self.squares / self.rows[:, None],
            greatest=float((every.squares / every.rows[:, None]).max()),
            prior=self.rows / self.rows.sum(),
        )


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


@dataclass(frozen=True, slots=True, eq=False)
class PassResult:
    """Result of a pass: the sums of what is fitted on, and the rows to calibrate on and to ask."""

    sums: Sums
    calibration: HeldRows
    test: HeldRows

    def merged(self, other: PassResult) -> PassResult:
        """Result of these rows, then the *other*."""
        return PassResult(
            self.sums.merged(other.sums),
            self.calibration.merged(other.calibration),
            self.test.merged(other.test),
        )


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

    def weigh_part(self, part: Part) -> PassResult:
        """Sums and held-out rows of *part*.

        Raises:
            BadData: they cannot be read, or lack text or label.
        """
        return reduce(PassResult.merged, map(self._weighed, self.reading.cleaned(part)))

    def _weighed(self, cleaned: CleanedTexts) -> PassResult:
        number = {label: i for i, label in enumerate(self.labels)}
        truth = np.array([number[label] for label in cleaned.labels], np.int64)
        share, positions = self.reading.share, np.array(cleaned.positions)

        def weighed(rows: Numbers) -> Any:
            if not len(rows):  # scikit-learn wants one at least
                return self.weighting.transform([""])[:0]
            return self.weighting.transform(select_rows(cleaned.texts, rows))

        def held(rows: Numbers) -> HeldRows:
            return HeldRows(weighed(rows), truth[rows], positions[rows])

        fitted = cleaned.within(2 * share)
        X = weighed(fitted)
        if self.presence:
            X.data[:] = X.data > 0
        return PassResult(
            Sums.of(X, truth[fitted], len(self.labels)),
            held(cleaned.within(share, 2 * share)),
            held(cleaned.within(0.0, share)),
        )
