"""Own pipelines: from a notebook to a model file, proved equal before it is written."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import sklearn
from sklearn.pipeline import Pipeline, make_pipeline
from tqdm import tqdm

from addsup.export.graph.equivalence import ODD_TEXTS
from addsup.export.pipeline.classifiers import label_scores
from addsup.export.pipeline.cleaning import Cleaned, called, read_cleaning
from addsup.export.pipeline.description import Description, NotConvertible
from addsup.export.pipeline.steps import fitted_steps, labels_of, read_pipeline
from addsup.export.publish import Published, publish
from addsup.export.sample import (
    BadSample,
    Sample,
    names_of_labels,
    read_sample,
    warn_of_cleaned,
)
from addsup.inference.analyzer import Normaliser, tokenizer
from addsup.inference.errors import AddsupError, first_line
from addsup.inference.manifest import DataSet, Figures
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibrated, calibrate, log_scores
from addsup.train.metrics.figures import Fold, confused_pairs, held_out_result, reliability

UNMEASURED: Final = "Not measured: export_pipeline was given no labelled texts."
MEASURED: Final = (
    "Measured on the {} labelled texts that export_pipeline was given; whether the pipeline was "
    "fitted on them is not known here."
)
CALIBRATED: Final = " Its probabilities were calibrated on the same texts."


def export_pipeline(
    pipeline: Any = None,
    path: str | Path = "",
    texts: Iterable[str] = (),
    labels: Sequence[Any] | None = None,
    *,
    vectorizer: Any = None,
    classifier: Any = None,
    clean: Callable[[str], str] | None = None,
    label_names: Any = None,
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
        vectorizer: with `classifier`, in place of `pipeline`: the two fitted apart.
        classifier: likewise.
        clean: the function that the pipeline's texts were cleaned with before; it is kept as a
            table of the words in `texts` and in the vocabulary.
        label_names: what the labels are called, in the order of `classes_`, or the LabelEncoder
            that they were encoded with; labels may be given either way.
        name: of the texts, for the card.
        licence: of the texts.
        language: of the texts, as two letters; for the card.
        quiet: whether to do without a progress bar.

    Returns:
        Where the file is, and how far it is from scikit-learn at worst.

    Raises:
        NotConvertible: a step or a setting has no converter here; the message says what would do.
        BadSample: texts, labels or path cannot be used.
        ProofFailed: the file would not answer as the pipeline does; nothing was written.
    """
    path = Path(path)
    if path.suffix != ".onnx":
        raise BadSample(f'path is "{path}", and the name of a model file ends in .onnx')
    trained, description = read_fitted(
        pipeline,
        texts,
        labels,
        vectorizer=vectorizer,
        classifier=classifier,
        clean=clean,
        label_names=label_names,
        name=name,
        licence=licence,
        language=language,
    )
    bar = partial(tqdm, desc="comparing", disable=quiet, delay=1, leave=False)
    return publish(trained, path, bar, description)


def read_fitted(
    pipeline: Any,
    texts: Iterable[str],
    labels: Sequence[Any] | None = None,
    *,
    vectorizer: Any = None,
    classifier: Any = None,
    **more: Any,
) -> tuple[TrainedModel, Description]:
    """What becomes the model file of a fitted *pipeline*, and its description.

    Arguments and errors are those of `export_pipeline`.
    """
    if (pipeline is None) != (vectorizer is not None and classifier is not None) or (
        pipeline is not None and (vectorizer is not None or classifier is not None)
    ):
        raise BadSample("Give a fitted pipeline, or vectorizer= and classifier= that are fitted")
    if pipeline is None:
        pipeline = make_pipeline(vectorizer, classifier)
    try:
        return _read(pipeline, texts, labels, **more)
    except (AddsupError, Warning):
        raise
    except Exception as error:  # whatever an estimator of another version or maker may raise
        raise NotConvertible(
            f"The pipeline cannot be read ({type(error).__name__}: {first_line(error)}). If it was "
            f"pickled by another scikit-learn than {sklearn.__version__}, export it with that one, "
            "or fit it again; its steps have to be those that docs/api-python.md lists"
        ) from error


def _read(
    pipeline: Any,
    texts: Iterable[str],
    labels: Sequence[Any] | None,
    *,
    clean: Callable[[str], str] | None = None,
    label_names: Any = None,
    name: str = "",
    licence: str = "",
    language: str = "",
) -> tuple[TrainedModel, Description]:
    steps = fitted_steps(getattr(pipeline, "best_estimator_", pipeline))  # of a search for settings
    names = names_of_labels(label_names, steps[-1])
    sample = read_sample(texts, labels, dict(zip(labels_of(steps[-1]), names, strict=True)))
    kept = read_cleaning(clean, steps[0], sample.texts, ODD_TEXTS) if clean else None
    cleaned = [called(clean, text) for text in sample.texts] if clean else sample.texts
    calibrated = not hasattr(steps[-1], "predict_proba") and sample.labels is not None
    if calibrated:
        label_scores(steps[-1])  # refuses what cannot be calibrated
        steps = _calibrated(steps, sample.numbers(names), cleaned)
    fitted = Pipeline([(f"step{number}", each) for number, each in enumerate(steps)])
    description = replace(read_pipeline(fitted, kept.analyzer if kept else None), labels=names)
    block = description.blocks[0]
    if kept:
        block = replace(block, stop_words=kept.stop_words, lemmas=kept.lemmas)
        description = replace(description, blocks=(block,))
    elif block.analyzer.lowercase and block.analyzer.kind == "word":
        warn_of_cleaned(sample.texts)
    reads = (block.stop_words, str, tokenizer(block.analyzer))
    trained = TrainedModel(
        pipeline=fitted,
        normaliser=Cleaned(*reads, function=clean) if clean else Normaliser(*reads),
        irregular=frozenset(),
        texts=sample.texts,
        data=_data(sample, name, licence),
        figures=_figures(description, sample, cleaned, CALIBRATED if calibrated else ""),
        parameters=_parameters(description, language),
        command="export_pipeline(pipeline, path, texts, labels)",
        analyzer=kept.analyzer if kept else None,
    )
    return trained, description


def _calibrated(
    steps: tuple[Any, ...], truth: npt.NDArray[np.int64], texts: Sequence[str]
) -> tuple[Any, ...]:
    """*steps*, whose classifier gives no probabilities, with some that fit the *texts*."""
    *before, classifier = steps
    features: Any = texts
    for each in before:
        features = each.transform(features)
    return (
        *before,
        Calibrated.around(classifier, calibrate(log_scores(classifier, features), truth)),
    )


def _data(sample: Sample, name: str, licence: str) -> DataSet:
    return DataSet(
        name=name,
        sha256=hashlib.sha256(msgspec.json.encode((sample.texts, sample.labels))).hexdigest(),
        texts=len(sample.texts),
        texts_by_label=dict(sorted(Counter(sample.labels or ()).items())),
        licence=licence,
    )


def _parameters(description: Description, language: str) -> dict[str, str]:
    steps = {
        f"step {number}": " ".join(repr(each).split())
        for number, each in enumerate(description.steps, start=1)
    }
    return steps | ({"language": language} if language else {})


def _figures(
    description: Description, sample: Sample, cleaned: Sequence[str], calibrated: str
) -> Figures:
    """How the pipeline does on the *sample*, if its labels are known."""
    if sample.labels is None:
        return Figures(protocol=UNMEASURED, held_out=None)
    truth = sample.numbers(description.labels)
    probabilities = description.classifier.predict_proba(description.features(cleaned))
    fold = Fold(np.arange(len(truth)), truth, probabilities, 0)
    return Figures(
        protocol=MEASURED.format(f"{len(truth):,}") + calibrated,
        held_out=msgspec.structs.replace(
            held_out_result(fold, description.labels), given_to="export_pipeline"
        ),
        reliability=reliability([fold]),
        most_confused=confused_pairs([fold], description.labels),
    )
