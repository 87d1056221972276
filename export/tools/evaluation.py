"""Evaluation of a model file on any labelled text, and how far that is from its training data.

A text of which no term is known gets no label, which is not right; ranking and log loss take the
probabilities of the text without terms for it. Intervals are those of a bootstrap over the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET, UnsetType

from addsup.inference.manifest import Bin, EvidenceGroup, Interval
from addsup.inference.model import Model
from addsup.train.data.labelled import LabelledText
from addsup.train.errors import BadData
from addsup.train.evaluation.console_report import evidence_text
from addsup.train.metrics.evidence import evidence_groups
from addsup.train.metrics.figures import Fold, calibration_error, reliability, roc_auc
from addsup.train.metrics.losses import log_losses, zero_one_losses
from addsup.train.wording import interval_text, percent_text

#: Of the bootstrap.
RESAMPLES: Final = 500
#: Labels of which the shares are listed one by one.
MOST_LABELS_LISTED: Final = 10
#: Of more labels the area is not computed: each would be sorted for each resample.
MOST_LABELS_FOR_AUC: Final = 10

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class Drift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A share or a mean, here and in the data that the model was trained on, if that is known."""

    here: float
    trained_on: float | None


class Evaluation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a model file does on labelled text.

    Attributes:
        model: sha256 of the model file.
        name: of the text.
        data: sha256 of the file that holds it.
        texts: how many there are.
        seen: whether the model was fitted on this very file.
        coverage: share of the texts that get a label.
        accuracy: share of all texts that is right.
        log_loss: mean negative logarithm of the true label's probability, in nats.
        calibration_error: expected calibration error.
        roc_auc: area under the ROC curve; absent for many labels.
        reliability: the bins behind the calibration error.
        by_evidence: the same by how many terms of a text are known.
        unknown_words: share of the words that the model does not know.
        words: mean number of words a text.
        unread_letters: share of the characters that are letters in no word it could read.
        labels: share of each label.
    """

    model: str
    name: str
    data: str
    texts: int
    seen: bool
    coverage: float
    accuracy: Interval
    log_loss: Interval
    calibration_error: Interval
    roc_auc: Interval | UnsetType
    reliability: tuple[Bin, ...]
    by_evidence: tuple[EvidenceGroup, ...]
    unknown_words: Drift
    words: Drift
    unread_letters: float
    labels: dict[str, Drift]


def evaluate(model: Model, data: LabelledText) -> Evaluation:
    """Ask *model* for all of *data*.

    Raises:
        BadData: the data have labels that the model has not.
    """
    truth = _truth(model, data)
    texts, words_of, known_of = zip(*map(model.reader.read, data.texts), strict=True)
    probabilities, known = _ask(model, texts)
    given = np.array(known_of) > 0
    wrong = np.where(given, zero_one_losses(probabilities, truth), 1.0)
    losses = log_losses(probabilities, truth)
    fold = Fold(np.arange(len(truth)), truth, probabilities, 0)
    words, unknown = sum(words_of), sum(words_of) - sum(known_of)
    characters = sum(map(len, data.texts))
    trained_on = model.manifest.data
    return Evaluation(
        model=model.sha256,
        name=data.name,
        data=data.sha256,
        texts=len(truth),
        seen=data.sha256 == trained_on.sha256,
        coverage=float(given.mean()),
        accuracy=_interval(len(truth), lambda rows: float(1 - wrong[rows].mean()), 1.0),
        log_loss=_interval(len(truth), lambda rows: float(losses[rows].mean())),
        calibration_error=calibration_error([fold], 0),
        roc_auc=_roc_auc(fold, len(model.labels)),
        reliability=reliability([fold]),
        by_evidence=evidence_groups(known, truth, probabilities),
        unknown_words=_drift(unknown / max(1, words), trained_on.unknown_words),
        words=_drift(words / len(truth), trained_on.words),
        unread_letters=sum(map(model.tokenizer.unread_letters, data.texts)) / max(1, characters),
        labels=dict(_labels(model, truth)),
    )


def _truth(model: Model, data: LabelledText) -> Numbers:
    numbers = {label: number for number, label in enumerate(model.labels)}
    strange = sorted(set(data.labels) - set(numbers))
    if strange:
        rows = data.frame.index[data.frame["label"] == strange[0]].tolist()
        known = ", ".join(f'"{label}"' for label in model.labels[:10])
        raise BadData(
            f'{data.name} has the label "{strange[0]}" (first on {data.unit} {rows[0]}), and the '
            f"model knows {known}: write the labels as it does."
        )
    return np.array([numbers[label] for label in data.labels])


def _ask(model: Model, read: Sequence[str]) -> tuple[Array, Numbers]:
    """Probabilities [n, K] of n texts as the graph takes them, and known terms of each [n]."""
    size, labels = len(model.manifest.vocabulary), len(model.labels)
    probabilities, known = np.empty((len(read), labels)), np.empty(len(read), dtype=np.int64)
    for run in model.runs(read):
        found, ids = model.run([read[i] for i in run], "probabilities", "ids")
        probabilities[run] = found
        known[run] = [len(set(row[row < size].tolist())) for row in ids]
    return probabilities, known


def _interval(number: int, figure: Callable[[Numbers], float], most: float = np.inf) -> Interval:
    """A figure of all of so many texts, with the 2.5 and 97.5 % of its bootstrap."""
    random, rows = np.random.default_rng(0), np.arange(number)
    drawn = [figure(random.integers(number, size=number)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Interval(figure(rows), float(max(0.0, low)), float(min(most, high)))


def _roc_auc(fold: Fold, labels: int) -> Interval | UnsetType:
    there = np.unique(fold.truth)
    if labels > MOST_LABELS_FOR_AUC or len(there) < labels:
        return UNSET

    def figure(rows: Numbers) -> float:
        if len(np.unique(fold.truth[rows])) < labels:
            return float("nan")
        return roc_auc(Fold(rows, fold.truth[rows], fold.probabilities[rows], 0))

    return _interval(len(fold.truth), figure, 1.0)


def _drift(here: float, trained_on: float | UnsetType) -> Drift:
    return Drift(here, None if trained_on is UNSET else trained_on)


def _labels(model: Model, truth: Numbers) -> Iterator[tuple[str, Drift]]:
    counts = np.bincount(truth, minlength=len(model.labels))
    before = model.manifest.data.texts_by_label
    total = sum(before.values())
    for label, count in zip(model.labels, counts.tolist(), strict=True):
        yield label, Drift(count / len(truth), before.get(label, 0) / total if total else None)


def evaluation_json(found: Evaluation) -> bytes:
    """All of it for programs."""
    return msgspec.json.format(msgspec.json.encode(found)) + b"\n"


def evaluation_lines(found: Evaluation) -> Iterator[str]:
    """Lines for the terminal."""
    yield f"{found.name}: {found.texts:,} texts; 95 % intervals of the bootstrap over texts"
    if found.seen:
        yield "The model was fitted on this very file, so these figures flatter it."
    yield from _aligned(dict(_named_figures(found)))
    yield ""
    yield from evidence_text(found.by_evidence, "texts").split("\n")
    yield "\nBeside the data it was trained on"
    yield from _aligned(dict(_named_drift(found)))


def _aligned(named: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, named))
    yield from (f"  {name:<{width}}  {value}" for name, value in named.items())


def _named_figures(found: Evaluation) -> Iterator[tuple[str, str]]:
    yield "accuracy", interval_text(found.accuracy)
    if found.roc_auc:
        yield "ROC AUC", interval_text(found.roc_auc)
    yield "log loss", interval_text(found.log_loss)
    yield "expected calibration error", interval_text(found.calibration_error)
    yield "given a label", percent_text(found.coverage)
    yield "letters it could not read", percent_text(found.unread_letters)


def _named_drift(found: Evaluation) -> Iterator[tuple[str, str]]:
    yield "unknown words", _both(found.unknown_words, percent_text)
    yield "words a text", _both(found.words, lambda number: f"{number:.1f}")
    if len(found.labels) <= MOST_LABELS_LISTED:
        yield from (
            (f"share of {label}", _both(d, percent_text)) for label, d in found.labels.items()
        )


def _both(drift: Drift, say: Callable[[float], str]) -> str:
    there = "not known" if drift.trained_on is None else say(drift.trained_on)
    return f"{say(drift.here)} here, {there} there"
