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
from addsup.inference.manifest import DataSet
from addsup.train import inputs
from addsup.train.artifact import TrainedModel, UnseenPredictions
from addsup.train.classifiers import KINDS
from addsup.train.cli import Options
from addsup.train.data.dataset import MOST_CLASSES, LabelledText
from addsup.train.errors import BadData, BadOption
from addsup.train.evaluation import console_report
from addsup.train.hyperparameters import Setting
from addsup.train.out_of_core import fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.engines import Engine, Result, engine
from addsup.train.out_of_core.held_out import calibrated, figures
from addsup.train.out_of_core.moments import Found, Weighing
from addsup.train.out_of_core.parts import Part, parts_of, selection_of
from addsup.train.out_of_core.survey import ENOUGH, Survey, survey
from addsup.train.out_of_core.vocabulary import Counting, TermCounts, Vocabulary
from addsup.train.text.cleaning import Cleaning
from addsup.train.text.preprocess import FEWEST_OF_A_LABEL
from addsup.train.tuning import planning
from addsup.train.tuning.bounds import size
from msgspec import UNSET
from sklearn.pipeline import Pipeline

#: Rows of each label without which nothing is trained.
FEWEST = 20
#: Texts on which the model file is proved equal to the pipeline.
PROVED = 2_000
#: Copies of the sums that there are at a time: of each process, and while they are merged.
COPIES = 8


@dataclass(frozen=True, slots=True)
class Passes:
    """What carries passes over the parts out, and shows how far it is."""

    engine: Engine
    parts: Sequence[Part]
    options: Options

    def run(self, function: Callable[[Part], Result], what: str) -> Result:
        """*function* of all parts, merged."""
        with inputs.bar((), what, self.options, len(self.parts)) as bar:
            return self.engine.run(function, self.parts, bar.update)


def train_in_passes(options: Options) -> TrainedModel:
    """Train on all files of a folder, a glob or an address.

    Raises:
        TrainError: they cannot be read or learnt from, or the cluster is lost.
    """
    _check_options(options)
    assert options.data, "there is no such set without data"  # noqa: S101
    parts = parts_of(options.data)
    selection = selection_of(parts[0], options.text_column, options.label_column)
    with engine(options.scheduler) as carried_out:
        passes = Passes(carried_out, parts, options)
        surveyed: Survey = passes.run(partial(survey, selection), "looking at the data")
        _check_labels(surveyed, options.data)
        print(console_report.data(options.data, surveyed.labels))
        cleaned, setting = choose_setting(surveyed, options)
        reading = Reading(selection, surveyed.share, cleaned.normalisers[setting.stop_words])
        counts, vocabulary = _count(passes, reading, setting)
        _check_memory(surveyed, vocabulary, options)
        weighted = fitting.weighting(setting, vocabulary)
        presence = KINDS[setting.classifier].presence
        weighing = Weighing(reading, weighted, surveyed.classes, presence)
        found: Found = passes.run(weighing.of, "adding up weights")
    _check_found(found, surveyed)
    return _trained(surveyed, cleaned, counts, weighted, setting, found, options)


def choose_setting(surveyed: Survey, options: Options) -> tuple[Cleaning, Setting]:
    """How texts are read, and the setting, chosen on a sample; the strength is chosen later."""
    texts = inputs.Texts(_sample(surveyed, options), None, ())
    few = replace(options, repeats=0)
    cleaned = inputs.reading(texts, few)
    prepared = inputs.clean(texts, cleaned.normalisers, few)
    setting = Setting(options.classifier, stop_words=prepared.corpus.stop_words)
    if options.tune:
        recipe, _ = planning.plan_recipe(prepared, few)
        watched = planning.searching(options)
        setting = recipe.fit(prepared.corpus, prepared.rows, watched).setting
    return cleaned, setting


def _sample(surveyed: Survey, options: Options) -> LabelledText:
    """Rows that will be fitted on, of the labels that have enough of them there."""
    rows = [row for row in surveyed.sample if row.place >= 2 * surveyed.share]
    different = Counter(label for label, _ in {(row.label, row.place) for row in rows})
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
    counts: TermCounts = passes.run(counting.of, "counting terms")
    if counts.most_lost:
        again = replace(counting, terms=counts.candidates(number))
        exact: TermCounts = passes.run(again.of, "counting the commonest terms")
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
    found: Found,
    options: Options,
) -> TrainedModel:
    labels = surveyed.classes
    fit = partial(fitting.classifier, sums=found.sums, labels=labels)
    chosen = calibrated(setting, fit, found.calibration, options.metric, options.tune)
    parts = int(found.sums.rows.sum()), len(found.calibration.truth)
    measured, folds = figures(chosen, found.test, parts, labels, options.seed)
    print(f"Tested on {len(found.test.truth):,} texts that the fit on {parts[0]:,} has not seen")
    if measured.held_out:
        print(console_report.confusion(measured.held_out, labels))
    if folds:
        print(f"\n{console_report.figures(measured)}")
    unseen = (
        UnseenPredictions(
            truth=np.concatenate([fold.truth for fold in folds]),
            probabilities=np.concatenate([fold.probabilities for fold in folds]),
        )
        if folds
        else None
    )
    parameters = chosen.setting.parameters(chosen.calibration) | cleaned.parameters()
    print(f"\nFitted on {parts[0]:,} texts: {console_report.settings(parameters)}")
    return TrainedModel(
        pipeline=fitting.pipeline(weighted, chosen.classifier, chosen.calibration),
        normaliser=cleaned.normalisers[setting.stop_words],
        irregular=cleaned.irregular,
        texts=[row.text for row in surveyed.sample[:PROVED]],
        data=_described(surveyed, counts, setting, found.sums.rows.astype(int).tolist(), options),
        figures=measured,
        parameters=parameters,
        command=options.typed,
        unseen_predictions=unseen,
        analyzer=cleaned.analyzer,
        stems=cleaned.stems,
    )


def _described(
    surveyed: Survey, counts: TermCounts, setting: Setting, rows: Sequence[int], options: Options
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


def _check_options(options: Options) -> None:
    if options.classifier not in fitting.ABLE:
        raise BadOption(
            f"{options.data} is trained on in passes that add up, which fits no more than "
            f"{', '.join(fitting.ABLE)}: choose one of these with --classifier, or give "
            f"{options.classifier} one file."
        )
    for given, name in (
        (options.test_data, "--test-data"),
        (options.also, "--also"),
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
            "add some, or merge it with another label."
        )


def _check_memory(surveyed: Survey, vocabulary: Vocabulary, options: Options) -> None:
    needed = len(surveyed.labels) * len(vocabulary.terms) * 8 * COPIES
    if needed > options.max_memory:
        raise BadOption(
            f"{len(vocabulary.terms):,} terms of {len(surveyed.labels):,} labels need about "
            f"{size(needed)} of memory (--max-memory is {size(options.max_memory)}): give a "
            "smaller --max-terms."
        )


def _check_found(found: Found, surveyed: Survey) -> None:
    """Refuse what is fitted, calibrated or tested on too little, which chance makes of few rows."""
    fewest = int(found.sums.rows.argmin())
    if not found.sums.rows[fewest]:
        raise BadData(
            f'All texts labelled "{surveyed.classes[fewest]}" are copies that are held out: add '
            "some that differ."
        )
    for held in (found.calibration, found.test):
        if len(np.unique(held.truth)) < 2:
            raise BadData(
                f"{surveyed.rows:,} texts are too few to hold some out by chance: put them into "
                "one file."
            )
