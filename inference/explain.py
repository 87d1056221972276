"""Explanations: what each word adds to the log-odds. The contributions add up to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from addsup.inference.analyzer import Word
from addsup.inference.predictions import Explanation, WordContribution

if TYPE_CHECKING:
    from addsup.inference.blocks import Located, Reading


class Explainer:
    """Attribution: turns the evidence of terms into contributions of the words as typed."""

    def __init__(
        self, labels: Sequence[str], intercept: Sequence[float], terms: int, reading: Reading
    ) -> None:
        """See `inference.manifest.Manifest` for labels and intercept; *terms* is V."""
        self.labels = labels
        self.intercepts = np.array([0.0, *intercept])  # the first label's against itself is 0
        self.terms = terms
        self.reading = reading

    def explain(
        self,
        text: str,
        probabilities: Sequence[float],
        ids: npt.NDArray[np.int64],
        shares: npt.NDArray[np.float64],
    ) -> Explanation:
        """Explain the verdict on *text*.

        Args:
            text: as typed.
            probabilities: K, in the order of the labels.
            ids: the graph's, [T].
            shares: the graph's, [T, K - 1].
        """
        second, first = np.argsort(probabilities, kind="stable")[-2:].tolist()
        words, occurrences = self.reading.locate(text)
        evidence = against(shares, first, second)
        by_term = np.bincount(ids, evidence, self.terms + 1).astype(np.float64, copy=False)
        contributions = _contributions(len(words), occurrences, by_term)
        intercept = float(self.intercepts[first] - self.intercepts[second])
        return Explanation(
            label=self.labels[first],
            against=self.labels[second],
            log_odds=intercept + sum(each for each in contributions if each is not None),
            intercept=intercept,
            words=tuple(map(_word_contribution, words, contributions)),
        )


def _contributions(
    words: int, occurrences: Sequence[Located], evidence: npt.NDArray[np.float64]
) -> list[float | None]:
    """The contribution of each word; None for one that is in no term. *evidence* is [V + 1]."""
    contributions: list[float | None] = [None] * words
    times = np.bincount([column for column, _ in occurrences], minlength=len(evidence))
    for column, members in occurrences:
        share = float(evidence[column]) / int(times[column]) / len(members)
        for member in members:
            contributions[member] = (contributions[member] or 0.0) + share
    return contributions


def against(shares: npt.NDArray[np.float64], first: int, second: int) -> npt.NDArray[np.float64]:
    """Shares [T] for label *first* against label *second*, from those against label 0."""
    zero = np.zeros(len(shares))
    columns = [shares[:, label - 1] if label else zero for label in (first, second)]
    difference: npt.NDArray[np.float64] = columns[0] - columns[1]
    return difference


def _word_contribution(word: Word, value: float | None) -> WordContribution:
    return WordContribution(word.start, word.end, word.lemma, value is not None, value or 0.0)
