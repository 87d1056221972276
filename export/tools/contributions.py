"""Contributions of every term to a prediction, for any pair of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from addsup.inference.blocks import GraphInput

if TYPE_CHECKING:
    from addsup.inference.model import Model

Array = npt.NDArray[np.float64]

STEP = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model makes of one text, and why.

    Attributes:
        label: the likeliest label; None when no word is known.
        probabilities: [K], in the order of the model's labels.
        log_odds: [K], of each label against the first: constant and contributions added up.
        contributions: term -> what it adds to `log_odds`, [K]; only terms that the text holds.
    """

    label: str | None
    probabilities: Array
    log_odds: Array
    contributions: dict[str, Array]


def explained(model: Model, texts: Sequence[str]) -> Iterator[Answer]:
    """Answers to n *texts* as typed, in order, `STEP` at a time."""
    terms = model.manifest.vocabulary
    for start in range(0, len(texts), STEP):
        read = list(map(model.reader.read, texts[start : start + STEP]))
        answers: dict[int, Answer] = {}
        for run in model.runs([text for text, *_ in read]):
            answers.update(zip(run, _run(model, terms, [read[i] for i in run]), strict=True))
        yield from (answers[i] for i in range(len(read)))


def _run(
    model: Model, terms: Sequence[str], read: Sequence[tuple[GraphInput, int, int]]
) -> Iterator[Answer]:
    texts = [text for text, *_ in read]
    found = model.run(texts, "label", "probabilities", "ids", "shares")
    constant = np.array([0.0, *model.manifest.intercept])
    for (_, _, known), label, row, ids, shares in zip(read, *found, strict=True):
        contributions = _by_term(terms, ids, shares)
        log_odds = np.sum([constant, *contributions.values()], axis=0)
        yield Answer(label if known else None, row, log_odds, contributions)


def _by_term(
    vocabulary: Sequence[str], ids: npt.NDArray[np.int64], shares: Array
) -> dict[str, Array]:
    """What the *shares* [T, K - 1] of each term add up to, with a 0 for the first label."""
    columns, inverse = np.unique(ids, return_inverse=True)
    sums = np.zeros((len(columns), shares.shape[1] + 1))
    np.add.at(sums[:, 1:], inverse, shares)
    found: dict[str, Array] = {}
    for i, row in zip(columns.tolist(), sums, strict=True):
        if i < len(vocabulary) and row.any():  # blocks may have a term in common
            found[vocabulary[i]] = found.get(vocabulary[i], 0.0) + row
    return found
