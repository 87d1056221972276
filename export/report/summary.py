"""Summary: plots, behaviour and strongest words beside the figures, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from random import Random

import msgspec

from addsup.export.report.behaviour import Outcome, behaviour
from addsup.export.report.top_terms import strongest
from addsup.inference.model import Model
from addsup.train.artifact import UnseenPredictions

WORDS = 12

# More would take minutes and hardly change a share: a tenth of a percent is one of these.
MOST_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """What a model file is like. `unseen` is from cross-validation, if there was one."""

    behaviour: tuple[Outcome, ...]
    words: Mapping[str, Sequence[tuple[str, float]]]
    unseen: UnseenPredictions | None


def examine(model: Model, texts: Sequence[str], unseen: UnseenPredictions | None) -> Report:
    """Ask *model* about the *texts* it was fitted on; *unseen* is from cross-validation.

    Of many texts, 1,000 are drawn, the same ones every time.
    """
    if len(texts) > MOST_TEXTS:
        texts = Random(0).sample(texts, MOST_TEXTS)  # noqa: S311
    return Report(behaviour(model, texts), strongest(model, texts, WORDS), unseen)


def report_json(model: Model, file: str, report: Report) -> bytes:
    """Figures and report for programs."""
    manifest = model.manifest
    document = {
        "model": file,
        "sha256": model.sha256,
        "labels": manifest.labels,
        "data": manifest.data,
        "parameters": manifest.parameters,
        "figures": manifest.figures,
        "behaviour": report.behaviour,
        "words": report.words,
        "learning": report.unseen.learning_curve if report.unseen else (),
    }
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


def draw(model: Model, report: Report) -> Iterator[tuple[str, str, bytes]]:
    """Name, description and SVG of each plot that there is something to draw for.

    Without matplotlib there are none.
    """
    if not find_spec("matplotlib"):
        return
    from addsup.export.report import plots  # here, for it takes a second

    bins, unseen = model.manifest.figures.reliability, report.unseen
    if bins:
        yield "reliability", "Reliability diagram", plots.reliability(bins, len(model.labels))
    if unseen:
        svg = plots.roc_and_precision_recall(unseen, model.labels)
        yield "roc", "ROC curve, and precision against recall", svg
        if len(unseen.learning_curve) > 1:
            yield "learning", "Learning curve", plots.learning(unseen.learning_curve)
    if any(report.words.values()):
        yield "words", "Strongest words for each label", plots.words(report.words)
