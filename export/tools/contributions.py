"""Asks a model file about reviews and keeps the part of every term, for any pair of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from server.inference.model import Model

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model makes of one review, and why.

    Attributes:
        label: the likeliest label; None when no word is known.
        probabilities: [K], in the order of the model's labels.
        log_odds: [K], of each label against the first: constant and parts added up.
        parts: term -> its part in `log_odds`, [K]; only terms that the review holds.
    """

    label: str | None
    probabilities: Array
    log_odds: Array
    parts: dict[str, Array]


def ask(model: Model, reviews: Sequence[str]) -> Iterator[Answer]:
    """Answers to n raw *reviews*, in order, a run at a time."""
    for start in range(0, len(reviews), model.explained_a_run):
        yield from _run(model, reviews[start : start + model.explained_a_run])


def _run(model: Model, reviews: Sequence[str]) -> Iterator[Answer]:
    texts = [model.normaliser.normalise(review) for review in reviews]
    outputs = ["label", "probabilities", "evidence"]
    labels, probabilities, evidence = model.run(texts, *outputs)
    constant = np.array([0.0, *model.manifest.constant])
    for text, label, row, rows in zip(texts, labels, probabilities, evidence, strict=True):
        known = not model.known.isdisjoint(text.split())
        parts = _parts(model.manifest.vocabulary, rows)
        log_odds = np.sum([constant, *parts.values()], axis=0)
        yield Answer(label if known else None, row, log_odds, parts)


def _parts(vocabulary: Sequence[str], evidence: Array) -> dict[str, Array]:
    """The non-zero columns of *evidence* [K - 1, V], each with a 0 for the first label."""
    columns = np.flatnonzero(evidence.any(axis=0)).tolist()
    return {vocabulary[i]: np.concatenate([[0.0], evidence[:, i]]) for i in columns}
