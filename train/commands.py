"""The commands of `addsup train`: train one model, or compare all classifiers."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from addsup.inference.manifest import DataSet, HeldOut, HoldOuts
from addsup.train.artifact import TrainedModel, UnseenPredictions, keep
from addsup.train.classifiers import KINDS
from addsup.train.cli import Options
from addsup.train.errors import BadOption
from addsup.train.evaluation import (
    console_report,
    evaluation,
    hold_outs,
    learning_curve,
    metrics,
)
from addsup.train.evaluation.comparison import Comparison, Result, row
from addsup.train.inputs import bar, clean, read, reading
from addsup.train.out_of_core.training import train_in_passes
from addsup.train.term_counts import word_usage
from addsup.train.text.preprocess import (
    OUTER_FOLDS,
    Prepared,
)
from addsup.train.tuning.also import effect
from addsup.train.tuning.alternatives import alternatives, better
from addsup.train.tuning.bounds import Plan, affordable
from addsup.train.tuning.planning import REPEATS, plan_recipe, searching
from addsup.train.tuning.trainer import Fitted, Recipe
from msgspec import UNSET, UnsetType

IMDB_LICENCE: Final = "CC BY 4.0 (Kotzias et al., KDD 2015)"
IMDB_OVERLAP: Final = (
    "All 901 of these sentences that have five words or more stand verbatim in the test part of "
    "the large IMDb collection (Maas et al., ACL 2011), in 486 of its 25,000 reviews: leave these "
    "out when you measure there"
)


def train(options: Options) -> None:
    """Train on one file, or in passes on many; keep the result, and export it."""
    trained = train_in_passes(options) if options.is_out_of_core else train_in_memory(options)
    if options.keep:
        keep(trained, options.keep)
        print(f"\nKept for `addsup export`: {options.keep}")
    if options.export:
        export(trained, options.export, options)


def train_in_memory(options: Options) -> TrainedModel:
    """Clean, evaluate the article's settings and the recipe, and fit on everything."""
    texts = read(options)
    cleaned = reading(texts, options)
    prepared = clean(texts, cleaned.normalisers, options)
    recipe, planned = plan_recipe(prepared, options)
    held_out = evaluate_hold_out(recipe, prepared, options)
    hold_outs = evaluate_hold_outs(recipe, prepared, planned.splits, options)
    folds = cross_validate(recipe, prepared, planned.repeats, options)
    protocol = evaluation.protocol(planned.repeats)
    labels = prepared.corpus.classes
    figures = metrics.figures(folds, labels, held_out, protocol, options.seed, hold_outs)
    if folds:
        print(f"\n{console_report.figures(figures)}")
    if folds and options.also:
        corpus, rows = prepared.corpus, prepared.rows
        print(f"\n{console_report.also(effect(recipe, corpus, rows, folds, options.seed))}")
    fitted = recipe.fit(prepared.corpus, prepared.rows, searching(options))
    trained = TrainedModel(
        pipeline=fitted.pipeline,
        normaliser=cleaned.normalisers[fitted.setting.stop_words],
        irregular=cleaned.irregular,
        texts=[text for part in (texts.labelled, *texts.also) for text in part.texts],
        data=describe(prepared, fitted, options),
        figures=figures,
        parameters=fitted.setting.parameters(fitted.calibration) | cleaned.parameters(),
        command=options.typed,
        unseen_predictions=predictions_of(prepared, fitted, folds, options),
        analyzer=cleaned.analyzer,
        stems=cleaned.stems,
    )
    chosen = console_report.settings(trained.parameters)
    print(f"\nFitted on all {len(prepared.rows):,} texts: {chosen}")
    if options.tune:
        print(other_classifiers(prepared, fitted, planned, options))
    return trained


def export(trained: TrainedModel, path: Path, options: Options) -> None:
    """Go on with `addsup export`: the one place where training knows of export."""
    from addsup.export.publish import publish

    watch = partial(bar, what="comparing the graph with scikit-learn", options=options)
    print(f"\n{publish(trained, path, watch)}")


def compare(options: Options) -> None:
    """Cross-validate every classifier on the same folds; print one table, and keep it if asked."""
    if options.is_out_of_core:
        raise BadOption("compare takes one file: give it a part of the data.")
    texts = read(options)
    prepared = clean(texts, reading(texts, options).normalisers, options)
    repeats = REPEATS if options.repeats is None else options.repeats or 1
    results: list[Result] = []
    for classifier in KINDS:
        settings, said = affordable(prepared.corpus, prepared.rows, classifier, options.bounds)
        for sentence in said if classifier == next(iter(KINDS)) else ():
            print(sentence)
        made = Recipe(classifier, options.tune, options.seed, options.metric, settings)
        timed = evaluation.cross_validate(
            made, prepared.corpus, prepared.rows, repeats, options.seed
        )
        total = OUTER_FOLDS * repeats
        results.append(Result.of(classifier, bar(timed, classifier, options, total)))
    labels = prepared.corpus.classes
    found = Comparison(
        data=prepared.labelled.sha256,
        protocol=evaluation.protocol(repeats),
        command=options.typed,
        rows=tuple(row(each, results[0], labels, options.seed) for each in results),
    )
    print(f"\n{found.protocol}\n\n{found.table()}")
    if options.output:
        found.write(options.output)


def evaluate_hold_out(recipe: Recipe, prepared: Prepared, options: Options) -> HeldOut:
    """Print what the article prints: for its settings, and for the recipe."""
    train_rows, test_rows = prepared.parts(options.seed)
    corpus, labels = prepared.corpus, prepared.corpus.classes
    print(f"Tested on {len(test_rows):,} texts that the fit on {len(train_rows):,} has not seen")
    article = evaluation.predict_fold(
        Fitted.plain(corpus, train_rows), corpus, train_rows, test_rows
    )
    print("\nThe article's settings")
    print(console_report.confusion(evaluation.held_out(article, labels), labels))
    fitted = recipe.fit(corpus, train_rows, searching(options))
    tuned = evaluation.predict_fold(fitted, corpus, train_rows, test_rows)
    result = evaluation.held_out(tuned, labels)
    chosen = console_report.settings(fitted.setting.parameters(fitted.calibration))
    print(f"\n{'Tuned' if options.tune else 'Calibrated'}: {chosen}")
    print(console_report.confusion(result, labels))
    return result


def evaluate_hold_outs(
    recipe: Recipe, prepared: Prepared, splits: int, options: Options
) -> HoldOuts | UnsetType:
    """Accuracy over many splits, printed; nothing where there is one only."""
    if splits < 2:
        return UNSET
    corpus, rows = prepared.corpus, prepared.rows
    each = hold_outs.accuracies(recipe, corpus, rows, splits, options.seed)
    found = hold_outs.summary(list(bar(each, "further splits", options, splits)))
    print(f"\n{console_report.hold_outs(found)}")
    return found


def cross_validate(
    recipe: Recipe, prepared: Prepared, repeats: int, options: Options
) -> list[metrics.Fold]:
    """What the whole recipe, choices included, says of every text; nothing without repeats."""
    if not repeats:
        return []
    timed = evaluation.cross_validate(recipe, prepared.corpus, prepared.rows, repeats, options.seed)
    total = OUTER_FOLDS * repeats
    return [each.fold for each in bar(timed, "cross-validation", options, total)]


def other_classifiers(prepared: Prepared, fitted: Fitted, planned: Plan, options: Options) -> str:
    """One line: whether another classifier would do better by more than chance."""
    corpus, rows, chosen = prepared.corpus, prepared.rows, fitted.tried
    if chosen is None:
        return ""
    others, left = alternatives(corpus, rows, chosen, planned.settings, options.bounds)
    watched = bar(others, "other classifiers", options)
    found = [
        (KINDS[each.classifier].title, each.loss, command_with(each.classifier, options))
        for each in better(corpus, rows, chosen, watched, options.metric, options.seed)
    ]
    return console_report.alternatives(found, chosen.loss, options.metric, len(others), left)


def command_with(classifier: str, options: Options) -> str:
    """What was typed, with another classifier."""
    typed = shlex.split(options.typed)
    if "--classifier" in typed:
        place = typed.index("--classifier")
        del typed[place : place + 2]
    return shlex.join([*typed, "--classifier", classifier])


def predictions_of(
    prepared: Prepared, fitted: Fitted, folds: Sequence[metrics.Fold], options: Options
) -> UnseenPredictions | None:
    """What the model card draws beyond the metrics; nothing without cross-validation."""
    if not folds or not (options.export or options.keep):
        return None
    texts = prepared.corpus.texts[fitted.setting.stop_words][prepared.rows].tolist()
    labels = prepared.labelled.labels
    fits = learning_curve.learn(fitted.pipeline, texts, labels, options.seed)
    total = learning_curve.FOLDS * len(learning_curve.sizes(labels))
    return UnseenPredictions(
        truth=np.concatenate([fold.truth for fold in folds]),
        probabilities=np.concatenate([fold.probabilities for fold in folds]),
        learning_curve=learning_curve.curve(list(bar(fits, "learning curve", options, total))),
    )


def describe(prepared: Prepared, fitted: Fitted, options: Options) -> DataSet:
    """What the model file says of its data."""
    labelled = prepared.labelled
    rows = prepared.corpus.fitted(prepared.rows)
    usage = word_usage(prepared.corpus.counts(fitted.setting.stop_words, (1, 1))[rows])
    labels = prepared.corpus.labels[rows].tolist()
    return DataSet(
        name=", also ".join([labelled.name, *options.also]),
        sha256=labelled.sha256,
        texts=len(labels),
        texts_by_label=dict(sorted(Counter(labels).items())),
        licence=options.licence if options.data else IMDB_LICENCE,
        overlap=UNSET if options.data else IMDB_OVERLAP,
        words=usage.words,
        unknown_words=usage.unknown,
    )
