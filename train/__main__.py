"""`python -m train`: labelled text -> fitted pipeline, honest figures, a model file if asked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from export.candidate import Candidate
from export.errors import ExportError
from export.kept import keep
from export.publish import publish
from export.report.classifier_comparison import Comparison, Row
from export.report.curves import Learned, Unseen
from server.inference.analyzer import Normaliser
from server.inference.manifest import DataSet, Figures, HeldOut
from train.classifiers import KINDS
from train.cli import Options, parse
from train.data.checks import notes
from train.data.dataset import LabelledText, imdb_sentences, load_labelled_text
from train.errors import TrainError
from train.evaluation import console_report as report
from train.evaluation import evaluation as evaluate
from train.evaluation import learning_curve as learning
from train.evaluation import metrics
from train.evaluation.comparison import Compared, mcnemar
from train.preprocess import (
    OUTER_FOLDS,
    Prepared,
    check_enough,
    prepare,
    stop_words_without_negations,
)
from train.trainer import Fitted, Recipe
from train.wordnet import WordNet, stop_words

Item = TypeVar("Item")

IMDB_LICENCE = "CC BY 4.0 (Kotzias et al., KDD 2015)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parse(arguments)
    try:
        # The matrices are small: several threads would only wait for each other.
        with threadpool_limits(1):
            {"train": train, "compare": compare_all}[options.task](options)
    except (TrainError, ExportError) as error:
        print(f"python -m train: {error}", file=sys.stderr)
        return 1
    return 0


def train(options: Options) -> None:
    """Clean, evaluate the article's settings and the recipe, fit on everything, and hand over."""
    wordnet = WordNet.load(progress=not options.quiet)
    normalisers = cleaning(wordnet, options)
    prepared = load(normalisers, options)
    held_out = evaluate_parts(prepared, options)
    figures, folds = cross_validate(prepared, held_out, options)
    fitted = recipe(options).fit(prepared.corpus, prepared.rows, searching(options))
    candidate = Candidate(
        pipeline=fitted.pipeline,
        normaliser=normalisers[fitted.setting.keep_negations],
        irregular=frozenset(wordnet.exceptions),
        reviews=prepared.labelled.texts,
        data=describe(prepared.labelled, options),
        figures=figures,
        parameters=fitted.setting.parameters(fitted.calibration),
    )
    print(f"\nFitted on all {len(prepared.rows):,} texts: {report.settings(candidate.parameters)}")
    hand_over(candidate, unseen(prepared, fitted, folds, options), options)


def compare_all(options: Options) -> None:
    """Cross-validate every classifier on the same folds; print one table, and keep it if asked."""
    prepared = load(cleaning(WordNet.load(progress=not options.quiet), options), options)
    results: list[Compared] = []
    for classifier in KINDS:
        made = Recipe(classifier, options.tune, options.seed)
        timed = evaluate.cross_validate(
            made, prepared.corpus, prepared.rows, options.repeats or 1, options.seed
        )
        total = OUTER_FOLDS * (options.repeats or 1)
        results.append(Compared.of(classifier, bar(timed, classifier, options, total)))
    found = Comparison(
        data=prepared.labelled.sha256,
        protocol=evaluate.PROTOCOL.format(options.repeats or 1),
        command=options.typed,
        rows=tuple(row(each, results[0], prepared, options.seed) for each in results),
    )
    print(f"\n{found.protocol}\n\n{found.table()}")
    if options.output:
        found.write(options.output)


def row(result: Compared, first: Compared, prepared: Prepared, seed: int) -> Row:
    """The figures of *result*, and how it compares with the *first*."""
    figures = metrics.intervals(result.folds, prepared.corpus.classes)
    return Row(
        classifier=KINDS[result.classifier].title,
        accuracy=figures["accuracy"],
        roc_auc=figures["roc_auc"],
        log_loss=figures["log_loss"],
        calibration_error=metrics.calibration_error(result.folds, seed),
        p=None if result is first else mcnemar(first, result),
        seconds=result.seconds,
    )


def cleaning(wordnet: WordNet, options: Options) -> dict[bool, Normaliser]:
    """Whether negations are kept -> how to clean; both ways if there is something to choose."""
    lists = stop_words_without_negations(stop_words(progress=not options.quiet))
    wanted = (False, True) if options.tune else (False,)
    return {kept: Normaliser(lists[kept], wordnet.lemmatize) for kept in wanted}


def load(normalisers: dict[bool, Normaliser], options: Options) -> Prepared:
    """The labelled text asked for, or the article's, cleaned; prints what to know about it."""
    columns = options.text_column, options.label_column
    if options.data is None:
        labelled = imdb_sentences(progress=not options.quiet)
    else:
        labelled = load_labelled_text(options.data, *columns)
    test = load_labelled_text(options.test_data, *columns) if options.test_data else None
    progress = partial(bar, what="cleaning", options=options)
    prepared = prepare(labelled, test, normalisers, lambda texts, n: progress(texts, total=n))
    check_enough(prepared, cross_validated=options.repeats > 0 or options.task == "compare")
    print(report.data(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared


def bar(items: Iterable[Item], what: str, options: Options, total: int | None = None) -> tqdm[Item]:
    """*items*, with a progress bar on stderr that appears after a second."""
    return tqdm(items, what, total, disable=options.quiet, delay=1, leave=False)


def recipe(options: Options) -> Recipe:
    """How models are made, as asked."""
    return Recipe(options.classifier, options.tune, options.seed)


def searching(options: Options) -> partial[tqdm[Any]]:
    """A progress bar for the settings that are tried, or the folds that calibrate the one."""
    return partial(bar, what="tuning" if options.tune else "calibrating", options=options)


def evaluate_parts(prepared: Prepared, options: Options) -> HeldOut:
    """Print what the article prints: for its settings, and for the recipe."""
    fitted_on, asked = prepared.parts(options.seed)
    corpus, classes = prepared.corpus, prepared.corpus.classes
    print(f"{len(asked):,} texts are asked that the fit on {len(fitted_on):,} has not seen")
    article = evaluate.ask(Fitted.plain(corpus, fitted_on), corpus, fitted_on, asked)
    print("\nThe article's settings")
    print(report.confusion(evaluate.held_out(article, classes), classes))
    fitted = recipe(options).fit(corpus, fitted_on, searching(options))
    result = evaluate.held_out(evaluate.ask(fitted, corpus, fitted_on, asked), classes)
    chosen = report.settings(fitted.setting.parameters(fitted.calibration))
    print(f"\n{'Tuned' if options.tune else 'Calibrated'}: {chosen}")
    print(report.confusion(result, classes))
    return result


def cross_validate(
    prepared: Prepared, held_out: HeldOut, options: Options
) -> tuple[Figures, list[metrics.Fold]]:
    """The figures of the whole recipe, choices included, and the folds that they come from."""
    classes = prepared.corpus.classes
    if not options.repeats:
        return metrics.figures([], classes, held_out, evaluate.HOLD_OUT_ONLY), []
    timed = evaluate.cross_validate(
        recipe(options), prepared.corpus, prepared.rows, options.repeats, options.seed
    )
    total = OUTER_FOLDS * options.repeats
    folds = [each.fold for each in bar(timed, "cross-validation", options, total)]
    protocol = evaluate.PROTOCOL.format(options.repeats)
    found = metrics.figures(folds, classes, held_out, protocol, options.seed)
    print(f"\n{report.figures(found)}")
    return found, folds


def unseen(
    prepared: Prepared, fitted: Fitted, folds: Sequence[metrics.Fold], options: Options
) -> Unseen | None:
    """What the model card draws beyond the figures; nothing without cross-validation."""
    if not folds or not options.export:
        return None
    texts = prepared.corpus.texts[fitted.setting.keep_negations][prepared.rows].tolist()
    labels = prepared.labelled.labels
    fits = learning.learn(fitted.pipeline, texts, labels, options.seed)
    total = learning.FOLDS * len(learning.sizes(labels))
    curve = learning.curve(list(bar(fits, "learning curve", options, total)))
    return Unseen(
        truth=np.concatenate([fold.truth for fold in folds]),
        probabilities=np.concatenate([fold.probabilities for fold in folds]),
        learning=[Learned(reviews, accuracy) for reviews, accuracy in curve],
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


def hand_over(candidate: Candidate, found: Unseen | None, options: Options) -> None:
    """Export and keep the candidate, as far as asked."""
    if options.keep:
        keep(candidate, options.keep)
        print(f"\nKept for `python -m export`: {options.keep}")
    if options.export:
        watch = partial(bar, what="comparing the graph with scikit-learn", options=options)
        print(f"\n{publish(candidate, options.export, options.typed, found, watch)}")


if __name__ == "__main__":
    sys.exit(main())
