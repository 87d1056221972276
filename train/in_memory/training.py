"""Training in memory: labelled text -> fitted pipeline and figures, printed as they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import UNSET

from addsup.inference.manifest import DataSet, HeldOut
from addsup.train.artifact import TrainedModel, UnseenPredictions
from addsup.train.data.dataset import read_texts
from addsup.train.data.preprocess import Prepared
from addsup.train.data.splits import OUTER_FOLDS
from addsup.train.evaluation import console_report, evaluation
from addsup.train.evaluation.learning_curve import learning_points
from addsup.train.in_memory.inputs import clean_texts
from addsup.train.metrics.figures import Fold, figures_of, held_out_result, pooled
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.term_counts import word_usage
from addsup.train.tuning.planning import plan_recipe, searching
from addsup.train.tuning.report import chosen_text
from addsup.train.tuning.trainer import Fitted, Recipe

IMDB_LICENCE: Final = "CC BY 4.0 (Kotzias et al., KDD 2015)"
IMDB_OVERLAP: Final = (
    "All 901 of these sentences that have five words or more stand verbatim in the test part of "
    "the large IMDb collection (Maas et al., ACL 2011), in 486 of its 25,000 reviews: leave these "
    "out when you measure there"
)


def train_in_memory(options: TrainOptions) -> TrainedModel:
    """Clean, evaluate the article's settings and the recipe, and fit on everything.

    Raises:
        TrainError: the data cannot be read or learnt from.
    """
    texts = read_texts(options)
    prepared, cleaned = clean_texts(texts, options)
    recipe, repeats = plan_recipe(prepared, options)
    held_out = evaluate_hold_out(recipe, prepared, options)
    folds = cross_validate(recipe, prepared, repeats, options)
    labels, protocol = prepared.corpus.classes, evaluation.protocol(repeats)
    figures = figures_of(folds, labels, held_out, protocol, options.seed)
    if folds:
        print(f"\n{console_report.figures_text(figures)}")
    fitted = recipe.fit(prepared.corpus, prepared.rows, searching(options))
    if options.kind == "auto":
        print(chosen_text(fitted.tried))
    parameters = fitted.setting.parameters(fitted.calibration) | cleaned.parameters()
    chosen = console_report.settings_text(parameters)
    print(f"\nFitted on all {len(prepared.rows):,} texts: {chosen}")
    return TrainedModel(
        pipeline=fitted.pipeline,
        normaliser=cleaned.normalisers[fitted.setting.stop_words],
        irregular=cleaned.irregular,
        texts=texts.labelled.texts,
        data=describe(prepared, fitted, options),
        figures=figures,
        parameters=parameters,
        command=options.command,
        unseen_predictions=predictions_of(prepared, fitted, folds, options),
        analyzer=cleaned.analyzer,
        stems=cleaned.stems,
    )


def evaluate_hold_out(recipe: Recipe, prepared: Prepared, options: TrainOptions) -> HeldOut:
    """Print what the article prints: for its settings, and for the recipe."""
    train_rows, test_rows = prepared.parts(options.seed)
    corpus, labels = prepared.corpus, prepared.corpus.classes
    print(f"Tested on {len(test_rows):,} texts that the fit on {len(train_rows):,} has not seen")
    article = Fitted.plain(corpus, train_rows).predict_fold(corpus, train_rows, test_rows)
    print("\nThe article's settings")
    print(console_report.confusion_text(held_out_result(article, labels), labels))
    fitted = recipe.fit(corpus, train_rows, searching(options))
    result = held_out_result(fitted.predict_fold(corpus, train_rows, test_rows), labels)
    chosen = console_report.settings_text(fitted.setting.parameters(fitted.calibration))
    print(f"\n{'Tuned' if options.tune else 'Calibrated'}: {chosen}")
    print(console_report.confusion_text(result, labels))
    return result


def cross_validate(
    recipe: Recipe, prepared: Prepared, repeats: int, options: TrainOptions
) -> list[Fold]:
    """What the whole recipe, choices included, says of every text; nothing without repeats."""
    if not repeats:
        return []
    timed = evaluation.cross_validate(recipe, prepared.corpus, prepared.rows, repeats, options.seed)
    total = OUTER_FOLDS * repeats
    return [each.fold for each in bar(timed, "cross-validation", options, total)]


def predictions_of(
    prepared: Prepared, fitted: Fitted, folds: Sequence[Fold], options: TrainOptions
) -> UnseenPredictions | None:
    """What the model card draws beyond the metrics; nothing without cross-validation."""
    if not (folds and options.for_card):
        return None
    texts = prepared.corpus.texts[fitted.setting.stop_words][prepared.rows].tolist()
    points = learning_points(fitted.pipeline, texts, prepared.labelled.labels, options.seed)
    every = pooled(folds)
    return UnseenPredictions(every.truth, every.probabilities, points)


def describe(prepared: Prepared, fitted: Fitted, options: TrainOptions) -> DataSet:
    """What the model file says of its data."""
    labelled = prepared.labelled
    rows = prepared.rows
    usage = word_usage(prepared.corpus.counts(fitted.setting.stop_words, (1, 1))[rows])
    labels = prepared.corpus.labels[rows].tolist()
    return DataSet(
        name=labelled.name,
        sha256=labelled.sha256,
        texts=len(labels),
        texts_by_label=dict(sorted(Counter(labels).items())),
        licence=options.licence if options.data else IMDB_LICENCE,
        overlap=UNSET if options.data else IMDB_OVERLAP,
        words=usage.words,
        unknown_words=usage.unknown,
    )
