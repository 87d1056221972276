"""Comparison in memory: every classifier, cross-validated on the same folds."""

from __future__ import annotations

from dataclasses import replace

from addsup.train.classifiers import KINDS
from addsup.train.data.dataset import read_texts
from addsup.train.data.splits import OUTER_FOLDS
from addsup.train.errors import BadOption
from addsup.train.evaluation import evaluation
from addsup.train.evaluation.comparison import Comparison, Result, comparison_row
from addsup.train.in_memory.inputs import clean_texts
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.tuning.planning import REPEATS, all_settings
from addsup.train.tuning.trainer import Recipe


def compare_classifiers(options: TrainOptions) -> Comparison:
    """Cross-validate every classifier on the same folds; prints what to know of the data.

    Raises:
        TrainError: the data cannot be learnt from, or are more than one file.
    """
    if options.is_out_of_core:
        raise BadOption("compare takes one file: give it a part of the data.")
    prepared, _ = clean_texts(read_texts(options), options)
    corpus, rows = prepared.corpus, prepared.rows
    repeats = options.repeats or REPEATS
    results: list[Result] = []
    for classifier in KINDS:
        settings, notes = all_settings(prepared, replace(options, classifier=classifier))
        for sentence in [] if results else notes:
            print(sentence)
        recipe = Recipe(settings, options.seed, options.metric)
        timed = evaluation.cross_validate(recipe, corpus, rows, repeats, options.seed)
        results.append(
            Result.of(classifier, bar(timed, classifier, options, OUTER_FOLDS * repeats))
        )
    return Comparison(
        data=prepared.labelled.sha256,
        protocol=evaluation.protocol(repeats),
        command=options.command,
        rows=tuple(
            comparison_row(each, results[0], corpus.classes, options.seed) for each in results
        ),
    )
