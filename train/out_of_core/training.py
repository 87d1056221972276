"""Training in passes over a data set that need not fit in memory.

    survey      labels, and a sample on which the settings are chosen as for a smaller data set
    vocabulary  how often each term is there, and in how many texts
    moments     sums of the weights of terms by label; rows that are held out are kept, weighed

What each pass finds in a part is merged with what it finds in others (`engines`), here or on a
cluster. The result is what scikit-learn would have fitted on the same rows in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from msgspec import UNSET
from sklearn.pipeline import Pipeline

from addsup.inference.manifest import DataSet
from addsup.train.artifact import TrainedModel, UnseenPredictions
from addsup.train.classifiers import KINDS
from addsup.train.data.cleaning import Cleaning
from addsup.train.data.labelled import MOST_CLASSES, LabelledText, Texts
from addsup.train.data.labels import names_of
from addsup.train.data.preprocess import FEWEST_OF_A_LABEL
from addsup.train.errors import BadData, BadOption
from addsup.train.evaluation import console_report
from addsup.train.hyperparameters import Setting
from addsup.train.in_memory import inputs
from addsup.train.options import TrainOptions
from addsup.train.out_of_core import fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.engines import Engine, Result, engine_at
from addsup.train.out_of_core.held_out import choose_strength, held_out_figures
from addsup.train.out_of_core.moments import PassResult, Weighing
from addsup.train.out_of_core.parts import Part, batches, parts_of, selection_of
from addsup.train.out_of_core.survey import ENOUGH, Survey, survey_part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts, Vocabulary
from addsup.train.progress import bar
from addsup.train.tuning import planning
from addsup.train.wording import size_text

#: Rows of each label without which nothing is trained.
FEWEST = 20
#: Texts on which the model file is proved equal to the pipeline.
PROVED = 2_000
#: Copies of the sums that there are at a time: of each process, and while they are merged.
COPIES = 8


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes over the parts, with a progress bar each."""

    engine: Engine
    parts: Sequence[Part]
    options: TrainOptions

    def run(self, function: Callable[[Part], Result], what: str) -> Result:
        """Merged results of *function* for all parts."""
        with bar((), what, self.options, len(self.parts)) as shown:
            return self.engine.run(function, self.parts, shown.update)


def train_in_passes(options: TrainOptions) -> TrainedModel:
    """Train on all files of a folder, a glob or an address.

    Raises:
        TrainError: they cannot be read or learnt from, or the cluster is lost.
    """
    _check_options(options)
    assert options.data, "there is no such set without data"  # noqa: S101
    parts = parts_of(options.data)
    selection = selection_of(parts[0], options.text_column, options.label_column, options.dialect)
    rows = partial(batches, selection=selection, skip_empty=options.policy.skip_empty)
    with engine_at(options.scheduler) as engine:
        passes = Passes(engine, parts, options)
        surveyed: Survey = passes.run(partial(survey_part, rows), "looking at the data")
        if names := names_of(options.data, surveyed.labels, options.policy):
            rows = partial(rows, names=names)
            surveyed = passes.run(partial(survey_part, rows), "looking at the labels")
        _check_labels(surveyed, options.data)
        print(console_report.data_text(options.data, surveyed.labels))
        cleaned, setting = choose_setting(surveyed, options)
        reading = Reading(rows, surveyed.share, cleaned.normalisers[setting.stop_words])
        counts, vocabulary = _count(passes, reading, setting)
        _check_memory(surveyed, vocabulary, options)
        weighted = fitting.fitted_weighting(setting, vocabulary)
        presence = KINDS[setting.classifier].presence
        weighing = Weighing(reading, weighted, surveyed.classes, presence)
        result: PassResult = passes.run(weighing.weigh_part, "adding up weights")
    _check_result(result, surveyed)
    return _trained(surveyed, cleaned, counts, weighted, setting, result, options)


def choose_setting(surveyed: Survey, options: TrainOptions) -> tuple[Cleaning, Setting]:
    """Cleaning and setting, chosen on a sample; the strength is chosen later."""
    texts = Texts(_sample(surveyed, options), None)
    few = replace(options, repeats=0)
    cleaned = inputs.choose_cleaning(texts, few)
    prepared = inputs.clean_texts(texts, cleaned.normalisers, few)
    setting = Setting(options.classifier, stop_words=prepared.corpus.stop_words)
    if options.tune:
        recipe, _ = planning.plan_recipe(prepared, few)
        watched = planning.searching(options)
        setting = recipe.fit(prepared.corpus, prepared.rows, watched).setting
    return cleaned, setting


def _sample(surveyed: Survey, options: TrainOptions) -> LabelledText:
    """Rows that will be fitted on, of the labels that have enough of them there."""
    rows = [row for row in surveyed.sample if row.position >= 2 * surveyed.share]
    different = Counter(label for label, _ in {(row.label, row.position) for row in rows})
    rows = [row for row in rows if different[row.label] >= FEWEST_OF_A_LABEL]
    if len({row.label for row in rows}) < 2:
        raise BadData(
            f"Of {len(surveyed.sample):,} texts of {options.data} that were drawn, too few have "
            "another label than the rest: leave some of these out."
        )
    frame = pd.DataFrame({"text": [row.text for row in rows], "label": [row.label for row in rows]})
    name = f"A sample of {options.data}"
    return LabelledText(name, surveyed.sha256, frame, "text")


def _count(passes: Passes, reading: Reading, setting: Setting) -> tuple[TermCounts, Vocabulary]:
    most = passes.options.max_terms
    number = min(setting.max_features or most, most)
    counting = Counting(reading, setting.ngram_range)
    counts: TermCounts = passes.run(counting.count_part, "counting terms")
    if counts.most_lost:
        again = replace(counting, terms=counts.candidates(number))
        exact: TermCounts = passes.run(again.count_part, "counting the commonest terms")
        return counts, exact.commonest(number)
    if not counts.terms:
        raise BadData(f"{passes.options.data} has no words that the model could read.")
    return counts, counts.commonest(number)


def _trained(
    surveyed: Survey,
    cleaned: Cleaning,
    counts: TermCounts,
    weighted: Pipeline,
    setting: Setting,
    result: PassResult,
    options: TrainOptions,
) -> TrainedModel:
    labels = surveyed.classes
    fit = partial(fitting.fitted_classifier, sums=result.sums, labels=labels)
    chosen = choose_strength(setting, fit, result.calibration, options.metric, options.tune)
    parts = int(result.sums.rows.sum()), len(result.calibration.truth)
    figures, folds = held_out_figures(chosen, result.test, parts, labels, options.seed)
    print(f"Tested on {len(result.test.truth):,} texts that the fit on {parts[0]:,} has not seen")
    if figures.held_out:
        print(console_report.confusion_text(figures.held_out, labels))
    if folds:
        print(f"\n{console_report.figures_text(figures)}")
    unseen = (
        UnseenPredictions(
            truth=np.concatenate([fold.truth for fold in folds]),
            probabilities=np.concatenate([fold.probabilities for fold in folds]),
        )
        if folds
        else None
    )
    parameters = chosen.setting.parameters(chosen.calibration) | cleaned.parameters()
    print(f"\nFitted on {parts[0]:,} texts: {console_report.settings_text(parameters)}")
    return TrainedModel(
        pipeline=fitting.calibrated_pipeline(weighted, chosen.classifier, chosen.calibration),
        normaliser=cleaned.normalisers[setting.stop_words],
        irregular=cleaned.irregular,
        texts=[row.text for row in surveyed.sample[:PROVED]],
        data=_described(surveyed, counts, setting, result.sums.rows.astype(int).tolist(), options),
        figures=figures,
        parameters=parameters,
        command=options.command,
        unseen_predictions=unseen,
        analyzer=cleaned.analyzer,
        stems=cleaned.stems,
    )


def _described(
    surveyed: Survey,
    counts: TermCounts,
    setting: Setting,
    rows: Sequence[int],
    options: TrainOptions,
) -> DataSet:
    usage = counts.usage() if setting.ngram_range == (1, 1) else None
    return DataSet(
        name=str(options.data).rstrip("/").rsplit("/", 1)[-1],
        sha256=surveyed.sha256,
        texts=sum(rows),
        texts_by_label=dict(zip(surveyed.classes, rows, strict=True)),
        licence=options.licence,
        words=usage.words if usage else UNSET,
        unknown_words=usage.unknown if usage else UNSET,
    )


def _check_options(options: TrainOptions) -> None:
    if options.classifier not in fitting.ABLE:
        raise BadOption(
            f"{options.data} is trained on in passes whose results add up, which fits no more than "
            f"{', '.join(fitting.ABLE)}: choose one of these with --classifier, or give "
            f"{options.classifier} one file."
        )
    for given, name in (
        (options.test_data, "--test-data"),
        (options.repeats, "--repeats"),
    ):
        if given:
            raise BadOption(
                f"{name} goes with one file; of a folder, a tenth or {ENOUGH:,} texts are tested "
                "with."
            )


def _check_labels(surveyed: Survey, data: str) -> None:
    if not 2 <= len(surveyed.labels) <= MOST_CLASSES:
        raise BadData(
            f"{data} has {len(surveyed.labels):,} different labels; there must be from 2 to "
            f"{MOST_CLASSES:,}. Is --label-column right?"
        )
    label, fewest = surveyed.labels.most_common()[-1]
    if fewest < FEWEST:
        raise BadData(
            f'{data} has {fewest} texts labelled "{label}", and {FEWEST} of each label are needed: '
            f"add some, merge it with another label, or leave it out with --drop-rare {FEWEST}."
        )


def _check_memory(surveyed: Survey, vocabulary: Vocabulary, options: TrainOptions) -> None:
    needed = len(surveyed.labels) * len(vocabulary.terms) * 8 * COPIES
    if needed > options.max_memory:
        raise BadOption(
            f"{len(vocabulary.terms):,} terms of {len(surveyed.labels):,} labels need about "
            f"{size_text(needed)} of memory (--max-memory is {size_text(options.max_memory)}): "
            "give a smaller --max-terms."
        )


def _check_result(result: PassResult, surveyed: Survey) -> None:
    """Refuse what is fitted, calibrated or tested on too little, which chance makes of few rows."""
    fewest = int(result.sums.rows.argmin())
    if not result.sums.rows[fewest]:
        raise BadData(
            f'All texts labelled "{surveyed.classes[fewest]}" are copies that are held out: add '
            "some that differ."
        )
    for held in (result.calibration, result.test):
        if len(np.unique(held.truth)) < 2:
            raise BadData(
                f"{surveyed.rows:,} texts are too few to hold some out by chance: put them into "
                "one file."
            )
