"""The commands of `python -m train`: train one model, or compare all classifiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from tqdm import tqdm

from server.inference.analyzer import Normaliser
from server.inference.manifest import DataSet, Figures, HeldOut
from train.artifact import TrainedModel, UnseenPredictions, keep
from train.classifiers import KINDS
from train.cli import Options
from train.data.checks import notes
from train.data.dataset import LabelledText, imdb_sentences, load_labelled_text
from train.evaluation import console_report, evaluation, learning_curve, metrics
from train.evaluation.comparison import Comparison, Result, row
from train.text.cleaning import Cleaning, cleaning
from train.text.preprocess import (
    OUTER_FOLDS,
    Prepared,
    check_enough,
    prepare,
)
from train.trainer import Fitted, Recipe

Item = TypeVar("Item")

IMDB_LICENCE: Final = "CC BY 4.0 (Kotzias et al., KDD 2015)"


def train(options: Options) -> None:
    """Clean, evaluate the article's settings and the recipe, fit on everything, keep and export."""
    texts = read(options)
    cleaned = reading(texts, options)
    prepared = clean(*texts, cleaned.normalisers, options)
    held_out = evaluate_hold_out(prepared, options)
    figures, folds = cross_validate(prepared, held_out, options)
    fitted = recipe(options).fit(prepared.corpus, prepared.rows, searching(options))
    trained = TrainedModel(
        pipeline=fitted.pipeline,
        normaliser=cleaned.normalisers[fitted.setting.keep_negations],
        irregular=cleaned.irregular,
        texts=prepared.labelled.texts,
        data=describe(prepared.labelled, options),
        figures=figures,
        parameters=fitted.setting.parameters(fitted.calibration) | cleaned.parameters(),
        command=options.typed,
        unseen_predictions=predictions_of(prepared, fitted, folds, options),
        analyzer=cleaned.analyzer,
        stems=cleaned.stems,
    )
    chosen = console_report.settings(trained.parameters)
    print(f"\nFitted on all {len(prepared.rows):,} texts: {chosen}")
    if options.keep:
        keep(trained, options.keep)
        print(f"\nKept for `python -m export`: {options.keep}")
    if options.export:
        export(trained, options.export, options)


def export(trained: TrainedModel, path: Path, options: Options) -> None:
    """Go on with `python -m export convert`: the one place where training knows of export."""
    from export.publish import publish

    watch = partial(bar, what="comparing the graph with scikit-learn", options=options)
    print(f"\n{publish(trained, path, watch)}")


def compare(options: Options) -> None:
    """Cross-validate every classifier on the same folds; print one table, and keep it if asked."""
    texts = read(options)
    prepared = clean(*texts, reading(texts, options).normalisers, options)
    repeats = options.repeats or 1
    results: list[Result] = []
    for classifier in KINDS:
        made = Recipe(classifier, options.tune, options.seed)
        timed = evaluation.cross_validate(
            made, prepared.corpus, prepared.rows, repeats, options.seed
        )
        total = OUTER_FOLDS * repeats
        results.append(Result.of(classifier, bar(timed, classifier, options, total)))
    labels = prepared.corpus.classes
    found = Comparison(
        data=prepared.labelled.sha256,
        protocol=evaluation.PROTOCOL.format(repeats),
        command=options.typed,
        rows=tuple(row(each, results[0], labels, options.seed) for each in results),
    )
    print(f"\n{found.protocol}\n\n{found.table()}")
    if options.output:
        found.write(options.output)


def reading(texts: tuple[LabelledText, LabelledText | None], options: Options) -> Cleaning:
    """How the texts are read; prints what to know of it."""
    every = [text for part in texts if part for text in part.texts]
    found = cleaning(
        every, options.analyzer, options.language, options.stem, options.tune, not options.quiet
    )
    for sentence in found.said:
        print(sentence)
    return found


def read(options: Options) -> tuple[LabelledText, LabelledText | None]:
    """The labelled text, or the article's, and that to test with; first, since it may be wrong."""
    columns = options.text_column, options.label_column
    if options.data is None:
        labelled = imdb_sentences(progress=not options.quiet)
    else:
        labelled = load_labelled_text(options.data, *columns)
    test = load_labelled_text(options.test_data, *columns) if options.test_data else None
    return labelled, test


def clean(
    labelled: LabelledText,
    test: LabelledText | None,
    normalisers: Mapping[bool, Normaliser],
    options: Options,
) -> Prepared:
    """Clean the labelled text; prints what to know about it."""
    progress = partial(bar, what="cleaning", options=options)
    prepared = prepare(labelled, test, normalisers, lambda texts, n: progress(texts, total=n))
    check_enough(prepared, cross_validated=options.repeats > 0 or options.task == "compare")
    print(console_report.data(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared


def bar(items: Iterable[Item], what: str, options: Options, total: int | None = None) -> tqdm[Item]:
    """*items*, with a progress bar on stderr that appears after a second."""
    return tqdm(items, what, total, disable=options.quiet, delay=1, leave=False)


def recipe(options: Options) -> Recipe:
    """How models are made."""
    return Recipe(options.classifier, options.tune, options.seed)


def searching(options: Options) -> partial[tqdm[Any]]:
    """A progress bar for the settings that are tried, or the folds that calibrate the one."""
    return partial(bar, what="tuning" if options.tune else "calibrating", options=options)


def evaluate_hold_out(prepared: Prepared, options: Options) -> HeldOut:
    """Print what the article prints: for its settings, and for the recipe."""
    train_rows, test_rows = prepared.parts(options.seed)
    corpus, labels = prepared.corpus, prepared.corpus.classes
    print(f"Tested on {len(test_rows):,} texts that the fit on {len(train_rows):,} has not seen")
    article = evaluation.predict_fold(
        Fitted.plain(corpus, train_rows), corpus, train_rows, test_rows
    )
    print("\nThe article's settings")
    print(console_report.confusion(evaluation.held_out(article, labels), labels))
    fitted = recipe(options).fit(corpus, train_rows, searching(options))
    tuned = evaluation.predict_fold(fitted, corpus, train_rows, test_rows)
    result = evaluation.held_out(tuned, labels)
    chosen = console_report.settings(fitted.setting.parameters(fitted.calibration))
    print(f"\n{'Tuned' if options.tune else 'Calibrated'}: {chosen}")
    print(console_report.confusion(result, labels))
    return result


def cross_validate(
    prepared: Prepared, held_out: HeldOut, options: Options
) -> tuple[Figures, list[metrics.Fold]]:
    """The metrics of the whole recipe, choices included, and the folds that they come from."""
    labels = prepared.corpus.classes
    if not options.repeats:
        return metrics.figures([], labels, held_out, evaluation.HOLD_OUT_ONLY), []
    timed = evaluation.cross_validate(
        recipe(options), prepared.corpus, prepared.rows, options.repeats, options.seed
    )
    total = OUTER_FOLDS * options.repeats
    folds = [each.fold for each in bar(timed, "cross-validation", options, total)]
    protocol = evaluation.PROTOCOL.format(options.repeats)
    found = metrics.figures(folds, labels, held_out, protocol, options.seed)
    print(f"\n{console_report.figures(found)}")
    return found, folds


def predictions_of(
    prepared: Prepared, fitted: Fitted, folds: Sequence[metrics.Fold], options: Options
) -> UnseenPredictions | None:
    """What the model card draws beyond the metrics; nothing without cross-validation."""
    if not folds or not (options.export or options.keep):
        return None
    texts = prepared.corpus.texts[fitted.setting.keep_negations][prepared.rows].tolist()
    labels = prepared.labelled.labels
    fits = learning_curve.learn(fitted.pipeline, texts, labels, options.seed)
    total = learning_curve.FOLDS * len(learning_curve.sizes(labels))
    return UnseenPredictions(
        truth=np.concatenate([fold.truth for fold in folds]),
        probabilities=np.concatenate([fold.probabilities for fold in folds]),
        learning_curve=learning_curve.curve(list(bar(fits, "learning curve", options, total))),
    )


def describe(labelled: LabelledText, options: Options) -> DataSet:
    """What the model file says of its data."""
    return DataSet(
        name=labelled.name,
        sha256=labelled.sha256,
        reviews=len(labelled),
        reviews_by_label=dict(sorted(Counter(labelled.labels).items())),
        licence=options.licence if options.data else IMDB_LICENCE,
    )
