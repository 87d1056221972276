"""Model summary: what the page tells of the model, all of it from the model file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from server.inference.manifest import Bin, Figures, Manifest
from server.web import charts

if TYPE_CHECKING:
    from server.inference.model import Model


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The model file in words and drawings.

    Attributes:
        facts: pairs of a term and what there is to say.
        confusion: which labels are taken for which.
        protocol: how the figures were computed.
        reliability: how far its probabilities can be believed; None if the file does not say.
        lesson: what the reliability comes to, in a sentence; empty without it.
        order: what the model makes of the order of words, and of negation.
    """

    facts: tuple[tuple[str, str], ...]
    confusion: charts.Confusion
    protocol: str
    reliability: charts.Reliability | None
    lesson: str
    order: str


@lru_cache(maxsize=2)
def summarise(model: Model) -> ModelSummary:
    """Describe *model*. It is computed once, not at each request."""
    manifest = model.manifest
    figures = manifest.figures
    bins = [each for each in figures.reliability or () if each.count]
    return ModelSummary(
        facts=(
            ("Labels", ", ".join(manifest.labels)),
            ("Learned from", _data(manifest)),
            ("Vocabulary", f"{len(manifest.vocabulary):,} terms"),
            ("Accuracy", _accuracy(figures)),
            ("Model file", f"sha256 {model.sha256[:12]}"),
        ),
        confusion=charts.confusion(
            manifest.labels, figures.confusion or figures.held_out.confusion
        ),
        protocol=figures.protocol,
        reliability=charts.reliability(bins, len(manifest.labels)) if bins else None,
        lesson=lesson(bins) if bins else "",
        order=order(manifest),
    )


def _data(manifest: Manifest) -> str:
    data = manifest.data
    counts = ", ".join(f"{label}: {count:,}" for label, count in data.reviews_by_label.items())
    return f"{data.reviews:,} texts ({counts}); {data.name}; licence: {data.licence}"


def _accuracy(figures: Figures) -> str:
    accuracy = figures.accuracy
    if accuracy is None:
        held_out = figures.held_out
        return f"{held_out.accuracy:.1%} of {held_out.reviews:,} texts held out"
    between = f"{accuracy.low:.1%} to {accuracy.high:.1%}"
    return f"{accuracy.mean:.1%} of texts that it has not seen (95% interval: {between})"


def order(manifest: Manifest) -> str:
    """What the model makes of the order of words, and of negation."""
    if any(" " in term for term in manifest.vocabulary):
        return "It counts words and pairs of neighbours; of a longer order it knows nothing."
    if "not" in manifest.stop_words:
        return (
            "It knows nothing of the order of words. In \u201cnot good\u201d it sees "
            "\u201cgood\u201d: negation is lost."
        )
    return (
        "It knows nothing of the order of words. \u201cnot good\u201d counts as \u201cnot\u201d "
        "and as \u201cgood\u201d, wherever they stand."
    )


def lesson(bins: Sequence[Bin]) -> str:
    """Whether the model is surer than it is right, or less sure, over all *bins*."""
    total = sum(each.count for each in bins)
    sure = sum(each.predicted * each.count for each in bins) / total
    right = sum(each.observed * each.count for each in bins) / total
    figures = (
        f"its verdicts are given with {sure:.0%} on average, and {right:.0%} of them are right"
    )
    if abs(sure - right) < 0.02:
        return f"On the whole its probabilities can be believed: {figures}."
    if sure < right:
        return f"It is more often right than it claims: {figures}."
    return f"It is less often right than it claims: {figures}."
