"""Explanations: what each word adds to the log-odds. The contributions add up to them exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from server.inference.analyzer import Normaliser, Word, is_token
from server.inference.predictions import Explanation, WordContribution


class Explainer:
    """Turns the evidence of terms into parts of the words that were typed."""

    def __init__(
        self,
        labels: Sequence[str],
        constant: Sequence[float],
        vocabulary: Sequence[str],
        normaliser: Normaliser,
    ) -> None:
        """See `server.inference.manifest.Manifest` for the arguments."""
        self.labels = labels
        self.constants = np.array([0.0, *constant])  # the first label's against itself is 0
        self.columns = {term: column for column, term in enumerate(vocabulary)}
        self.longest = max(term.count(" ") + 1 for term in vocabulary)
        self.normaliser = normaliser

    def explain(
        self, review: str, probabilities: Sequence[float], evidence: npt.NDArray[np.float64]
    ) -> Explanation:
        """Explain the verdict on *review*.

        Args:
            review: as typed.
            probabilities: K, in the order of the labels.
            evidence: the graph's, [K - 1, V].
        """
        second, first = np.argsort(probabilities, kind="stable")[-2:].tolist()
        words = list(self.normaliser.words(review))
        parts = self._parts(words, against(evidence, first, second))
        constant = float(self.constants[first] - self.constants[second])
        return Explanation(
            label=self.labels[first],
            against=self.labels[second],
            log_odds=constant + sum(part for part in parts if part is not None),
            constant=constant,
            words=tuple(map(_word_contribution, words, parts)),
        )

    def _parts(
        self, words: Sequence[Word], evidence: npt.NDArray[np.float64]
    ) -> list[float | None]:
        """The part of each word; None for one that is in no term."""
        parts: list[float | None] = [None] * len(words)
        occurrences = list(self._occurrences(words))
        times = np.bincount([column for column, _ in occurrences], minlength=len(evidence))
        for column, members in occurrences:
            share = float(evidence[column]) / int(times[column]) / len(members)
            for member in members:
                parts[member] = (parts[member] or 0.0) + share
        return parts

    def _occurrences(self, words: Sequence[Word]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Each time a term is counted: its column, and the words that make it up.

        A term of several words is counted where they follow one another with only stop words and
        single letters between, as in the normalised text.
        """
        tokens = [i for i, word in enumerate(words) if word.lemma and is_token(word.lemma)]
        for start in range(len(tokens)):
            for length in range(1, min(self.longest, len(tokens) - start) + 1):
                members = tuple(tokens[start : start + length])
                column = self.columns.get(" ".join(words[i].lemma or "" for i in members))
                if column is not None:
                    yield column, members


def against(evidence: npt.NDArray[np.float64], first: int, second: int) -> npt.NDArray[np.float64]:
    """Evidence [V] for label *first* against label *second*, from that against label 0."""
    rows = np.vstack([np.zeros(evidence.shape[1]), evidence])
    difference: npt.NDArray[np.float64] = rows[first] - rows[second]
    return difference


def _word_contribution(word: Word, part: float | None) -> WordContribution:
    return WordContribution(word.start, word.end, word.lemma, part is not None, part or 0.0)
