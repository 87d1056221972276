"""Own pipelines: from a notebook to a model file, proved equal before it is written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from addsup.export.errors import BadSample
from addsup.export.graph.pipeline_steps import features, read_pipeline, steps
from addsup.export.graph.pipeline_steps import labels as labels_of
from addsup.export.publish import Published, publish
from addsup.inference.analyzer import Normaliser, tokenizer
from addsup.inference.manifest import DataSet, Figures
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibrated, calibrate, log_scores
from addsup.train.evaluation.evaluation import held_out
from addsup.train.evaluation.metrics import Fold, confused_pairs, reliability
from sklearn.pipeline import Pipeline
from tqdm import tqdm

UNMEASURED: Final = "Not measured: export_pipeline was given no labelled texts."
MEASURED: Final = (
    "Measured on the {} labelled texts that export_pipeline was given; whether the pipeline was "
    "fitted on them is not known here."
)
CALIBRATED: Final = " Its probabilities were calibrated on the same texts."


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts to compare on, and their labels if they are known.

    Attributes:
        texts: n, as typed.
        labels: n labels as text; None if unknown.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None


def export_pipeline(
    pipeline: Any,
    path: str | Path,
    texts: Sequence[str],
    labels: Sequence[Any] | None = None,
    *,
    name: str = "texts given to export_pipeline",
    licence: str = "not stated",
    language: str = "",
    quiet: bool = False,
) -> Published:
    """Write a fitted scikit-learn pipeline as a model file, once it is proved equal.

    Args:
        pipeline: CountVectorizer or TfidfVectorizer; TfidfTransformer, selectors and scalers if
            wanted; and naive Bayes, a linear classifier, OneVsRestClassifier or
            CalibratedClassifierCV around them. Fitted on texts and labels (text, int or bool).
        path: of the file, which ends in .onnx; its checksum, card, figures and plots go beside it.
        texts: texts as typed, a few hundred or more, on which the file is compared with
            `pipeline.predict_proba`, beside 500 made of the vocabulary. A few of them are kept in
            the file.
        labels: of the texts. With them the card has figures, and a classifier without
            probabilities is calibrated; take texts that the pipeline was not fitted on.
        name: of the texts, for the card.
        licence: of the texts.
        language: of the texts, as two letters; for the card.
        quiet: whether to do without a progress bar.

    Returns:
        Where the file is, and how far it is from scikit-learn at worst.

    Raises:
        NotConvertible: a step or a setting has no converter here; the message says what would do.
        BadSample: the texts or labels cannot be used.
        ProofFailed: the file would not answer as the pipeline does; nothing was written.
    """
    sample = _sample(texts, labels)
    fitted = getattr(pipeline, "best_estimator_", pipeline)  # of a search for settings
    *_, classifier = steps(fitted)
    _check_labels(sample, labels_of(classifier))
    calibrated = not hasattr(classifier, "predict_proba") and sample.labels is not None
    if calibrated:
        fitted = calibrated_on(fitted, sample)
    bar = partial(tqdm, desc="comparing", disable=quiet, delay=1, leave=False)
    trained = describe(fitted, sample, calibrated, _data(sample, name, licence), language)
    return publish(trained, Path(path), bar)


def _sample(texts: Sequence[str], labels: Sequence[Any] | None) -> Sample:
    if isinstance(texts, str) or not len(texts):
        raise BadSample("texts has to be a list of texts, a few hundred or more")
    found = tuple(map(_text, range(len(texts)), texts))
    if labels is None:
        return Sample(found, None)
    if len(labels) != len(found):
        raise BadSample(f"There are {len(found):,} texts and {len(labels):,} labels")
    plain = getattr(labels, "tolist", lambda: labels)()  # NumPy's True is "True", too, its 1 is "1"
    return Sample(found, tuple(map(str, plain)))


def _text(number: int, text: Any) -> str:
    if not isinstance(text, str):
        raise BadSample(f"texts[{number}] is {type(text).__name__}, not str")
    return str(text)


def _data(sample: Sample, name: str, licence: str) -> DataSet:
    return DataSet(
        name=name,
        sha256=hashlib.sha256(msgspec.json.encode((sample.texts, sample.labels))).hexdigest(),
        texts=len(sample.texts),
        texts_by_label=dict(sorted(Counter(sample.labels or ()).items())),
        licence=licence,
    )


def _check_labels(sample: Sample, classes: Sequence[str]) -> None:
    strange = sorted(set(sample.labels or ()) - set(classes))
    if strange:
        raise BadSample(
            f'labels has "{strange[0]}", which the pipeline does not know; its labels are '
            f"{', '.join(classes[:10])}"
        )


def calibrated_on(pipeline: Any, sample: Sample) -> Pipeline:
    """*pipeline*, whose classifier gives no probabilities, with some that fit the *sample*."""
    *before, classifier = steps(pipeline)
    scores = log_scores(classifier, features(before, sample.texts))
    found = calibrate(scores, _numbers(sample, classifier))
    calibrated = Calibrated(classifier, found.slope, found.bend)
    calibrated.classifier_, calibrated.classes_ = classifier, classifier.classes_
    named = [(f"step{number}", each) for number, each in enumerate(before)]
    return Pipeline([*named, ("classifier", calibrated)])


def _numbers(sample: Sample, classifier: Any) -> npt.NDArray[np.int64]:
    place = {label: number for number, label in enumerate(labels_of(classifier))}
    return np.array([place[label] for label in sample.labels or ()])


def describe(
    pipeline: Any, sample: Sample, calibrated: bool, data: DataSet, language: str
) -> TrainedModel:
    """All that the file and its card say of *pipeline*."""
    fitted = read_pipeline(pipeline)
    vectoriser, *_ = steps(pipeline)
    stop_words = vectoriser.get_stop_words() if fitted.analyzer.kind == "word" else None
    normaliser = Normaliser(frozenset(stop_words or ()), str, tokenizer(fitted.analyzer))
    parameters = {
        f"step {number}": " ".join(repr(each).split())
        for number, each in enumerate(steps(pipeline), start=1)
    }
    return TrainedModel(
        pipeline=pipeline,
        normaliser=normaliser,
        irregular=frozenset(),
        texts=sample.texts,
        data=data,
        figures=figures(pipeline, sample, calibrated),
        parameters=parameters | ({"language": language} if language else {}),
        command="export_pipeline(pipeline, path, texts, labels)",
        analyzer=None,
    )


def figures(pipeline: Any, sample: Sample, calibrated: bool) -> Figures:
    """How the pipeline does on the *sample*, if its labels are known."""
    if sample.labels is None:
        return Figures(protocol=UNMEASURED, held_out=None)
    *_, classifier = steps(pipeline)
    truth = _numbers(sample, classifier)
    probabilities = pipeline.predict_proba(list(sample.texts))
    fold = Fold(np.arange(len(truth)), truth, probabilities, 0)
    labels = labels_of(classifier)
    protocol = MEASURED.format(f"{len(truth):,}") + (CALIBRATED if calibrated else "")
    return Figures(
        protocol=protocol,
        held_out=msgspec.structs.replace(held_out(fold, labels), given_to="export_pipeline"),
        reliability=reliability([fold]),
        most_confused=confused_pairs([fold], labels),
    )
