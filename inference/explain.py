"""Explanations: what each word adds to the log-odds. The contributions add up to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from addsup.inference.analyzer import Word
from addsup.inference.predictions import Explanation, WordContribution

if TYPE_CHECKING:
    from addsup.inference.blocks import Located, Reading

#: A probability has a logarithm from here on.
LEAST = 1e-300


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
        # The first label's shares against itself are 0.
        one, other = (shares[:, label - 1] if label else 0.0 for label in (first, second))
        by_term = np.bincount(ids, one - other, self.terms + 1).astype(np.float64, copy=False)
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


def _word_contribution(word: Word, value: float | None) -> WordContribution:
    return WordContribution(word.start, word.end, word.lemma, value is not None, value or 0.0)


def with_effects(
    text: str,
    why: Explanation,
    labels: Sequence[str],
    probabilities: Callable[[Sequence[str]], list[list[float]]],
) -> Explanation:
    """*why* with the effect of each known word.

    Args:
        text: as typed.
        why: its explanation.
        labels: K.
        probabilities: n texts as typed -> n rows of K probabilities.

    Returns:
        The same, each known word with its `effect`: by how much the log-odds of the label against
        the next likeliest fall without it. A contribution is no counterfactual: without a word the
        others are reweighted, and pairs of neighbours are others.
    """
    first, second = labels.index(why.label), labels.index(why.against)
    known = [i for i, word in enumerate(why.words) if word.known]
    without = [f"{text[: why.words[i].start]} {text[why.words[i].end :]}" for i in known]
    words = list(why.words)
    for i, row in zip(known, probabilities(without), strict=True):
        odds = log(max(row[first], LEAST)) - log(max(row[second], LEAST))
        words[i] = msgspec.structs.replace(words[i], effect=why.log_odds - odds)
    return msgspec.structs.replace(why, words=tuple(words))
