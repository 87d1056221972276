"""Top terms: those that speak most for a label where they occur."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from addsup.export.tools.contributions import explained
from addsup.inference.model import Model

# A term that is in fewer texts says more about them than about the label.
FEWEST_TEXTS = 3


def strongest(
    model: Model, texts: Sequence[str], count: int
) -> Mapping[str, list[tuple[str, float]]]:
    """For each label, *count* terms and how far each moves the log-odds on average.

    The average is over those of *texts* that hold the term, and the log-odds are those of the
    label against the mean of the others (for two labels, against the other). Terms that speak
    against the label, or that are in fewer than three texts, are left out.
    """
    sums: dict[str, npt.NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(model.labels)))
    times: dict[str, int] = defaultdict(int)
    for answer in explained(model, texts):
        for term, contribution in answer.contributions.items():
            sums[term] += contribution
            times[term] += 1
    terms = sorted(term for term in sums if times[term] >= FEWEST_TEXTS)
    if not terms:
        return {label: [] for label in model.labels}
    mean = np.array([sums[term] / times[term] for term in terms])  # [V', K]
    others = len(model.labels) - 1
    against = mean - (mean.sum(axis=1, keepdims=True) - mean) / others
    return {
        label: _top(terms, against[:, number], count) for number, label in enumerate(model.labels)
    }


def _top(
    terms: Sequence[str], strength: npt.NDArray[np.float64], count: int
) -> list[tuple[str, float]]:
    best = np.argsort(-strength, kind="stable")[:count]
    # The digits behind the twelfth hang on the order in which is added.
    return [(terms[i], round(float(strength[i]), 12)) for i in best if strength[i] > 0]
