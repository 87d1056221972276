"""Model summary: what the page tells of the model, all of it from the model file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from addsup.inference.manifest import Bin, Confused, EvidenceGroup, Figures, Manifest
from addsup.server.web import charts
from addsup.server.web.direction import isolated

if TYPE_CHECKING:
    from addsup.inference.model import Model


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The model file in words and drawings.

    `facts` are terms and what there is to say of each; `confusion` is drawn of few labels, of many
    `confused` names the pairs most often mistaken; `lesson` is `reliability` in a sentence.
    """

    facts: tuple[tuple[str, str], ...]
    confusion: charts.Confusion | None
    confused: tuple[Confused, ...]
    protocol: str
    reliability: charts.Reliability | None
    lesson: str
    evidence: tuple[EvidenceGroup, ...]
    order: str
    reads: str


#: Labels of which a matrix is drawn and which are listed one by one; pairs named of more.
MOST_DRAWN: Final = 12
MOST_LISTED: Final = 20
PAIRS: Final = 10


@lru_cache(maxsize=2)
def summarise(model: Model) -> ModelSummary:
    """Describe *model*. It is computed once, not at each request."""
    manifest = model.manifest
    figures = manifest.figures
    bins = [each for each in figures.reliability or () if each.count]
    drawn = bool(figures.matrix) and len(manifest.labels) <= MOST_DRAWN
    return ModelSummary(
        facts=(
            ("Labels", listed(list(map(isolated, manifest.labels)))),
            ("Learned from", _data(manifest)),
            ("Vocabulary", f"{len(manifest.vocabulary):,} terms"),
            ("Accuracy", _accuracy(figures)),
            ("Model file", f"sha256 {model.sha256[:12]}"),
        ),
        confusion=charts.confusion(manifest.labels, figures.matrix) if drawn else None,
        confused=() if drawn else figures.confused(manifest.labels)[:PAIRS],
        protocol=figures.protocol,
        reliability=charts.reliability(bins, len(manifest.labels)) if bins else None,
        lesson=_lesson(figures, bins) if bins else "",
        evidence=figures.by_evidence or (),
        order=order(manifest),
        reads=reads(manifest),
    )


def listed(items: Sequence[str], what: str = "labels") -> str:
    """The *items* by comma; of many the first, and how many there are."""
    if len(items) <= MOST_LISTED:
        return ", ".join(items)
    return f"{', '.join(items[:MOST_LISTED])}, … ({len(items):,} {what})"


def _data(manifest: Manifest) -> str:
    data = manifest.data
    counts = [f"{isolated(label)}: {count:,}" for label, count in data.texts_by_label.items()]
    by_label = f" ({listed(counts)})" if counts else ""
    return f"{data.texts:,} texts{by_label}; {data.name}; licence: {data.licence}"


def _accuracy(figures: Figures) -> str:
    accuracy = figures.accuracy
    if accuracy is None:
        held_out = figures.held_out
        if held_out is None:
            return "not measured: no labelled texts were given"
        return f"{held_out.accuracy:.1%} of {held_out.texts:,} texts {held_out.which}"
    between = f"{accuracy.low:.1%} to {accuracy.high:.1%}"
    return f"{accuracy.mean:.1%} of texts that it has not seen (95% interval: {between})"


def order(manifest: Manifest) -> str:
    """What the model makes of the order of words, and of negation."""
    if manifest.analyzer.kind.startswith("char"):
        return "It knows nothing of words, nor of their order: it counts characters in a row."
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


def reads(manifest: Manifest) -> str:
    """Which characters the model reads."""
    settings = manifest.analyzer
    unknown = "that it has not learned says nothing to it."
    if settings.kind == "letters":
        return f"It reads the letters a to z and English word forms. A word {unknown}"
    if settings.kind == "word":
        return f"It reads words in the alphabet that it learned them in. A word {unknown}"
    fewest, most = settings.ngram_range
    row = f"{fewest} to {most} characters" if most > fewest else f"{most} characters"
    return f"It reads rows of {row}. One {unknown}"


def _lesson(figures: Figures, bins: Sequence[Bin]) -> str:
    """The lesson, and of which texts, where that is not all that the model has not seen."""
    if figures.held_out and figures.held_out.given_to:
        return f"Of the texts {figures.held_out.which}: {lesson(bins)}"
    return lesson(bins)


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
