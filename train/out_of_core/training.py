"""Training in passes over a data set that need not fit in memory.

    survey      labels, and a sample on which the settings are chosen as for a smaller data set
    vocabulary  how often each term is there, and in how many texts
    weighing    moments of the weights of terms by label; rows that are held out are kept, weighed

What each pass finds in a part is merged with what it finds in others (`executors`), here or on a
cluster. The result is what scikit-learn would have fitted on the same rows in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from msgspec import UNSET
from sklearn.pipeline import Pipeline

from addsup.inference.manifest import DataSet
from addsup.train.artifact import TrainedModel, UnseenPredictions
from addsup.train.classifiers import KINDS, SUMMABLE
from addsup.train.data.cleaning import Cleaning
from addsup.train.data.labelled import MOST_CLASSES, LabelledText, Texts
from addsup.train.data.labels import names_of
from addsup.train.data.preprocess import FEWEST_OF_A_LABEL
from addsup.train.errors import BadData, BadOption
from addsup.train.evaluation import console_report
from addsup.train.executors import Mapping, Result, executor_at, merge_as_tree
from addsup.train.hyperparameters import Setting
from addsup.train.in_memory.inputs import clean_texts
from addsup.train.metrics.figures import pooled
from addsup.train.options import TrainOptions
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.fitting import choose_strength, fitted_weighting, held_out_figures
from addsup.train.out_of_core.parts import Part, batches, parts_of, selection_of
from addsup.train.out_of_core.survey import ENOUGH, Survey, survey_part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts, Vocabulary
from addsup.train.out_of_core.weighing import Weighed, Weighing
from addsup.train.progress import bar
from addsup.train.tuning import planning
from addsup.train.tuning.report import chosen_text
from addsup.train.wording import size_text

#: Rows of each label without which nothing is trained.
FEWEST: Final = 20
#: Texts on which the model file is proved equal to the pipeline.
PROVED: Final = 2_000
#: Copies of the sums that there are at a time: of each process, and while they are merged.
COPIES: Final = 8


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes over the parts, with a progress bar each."""

    mapping: Mapping
    parts: Sequence[Part]
    options: TrainOptions

    def run(self, function: Callable[[Part], Result], what: str) -> Result:
        """Merged results of *function* for all parts."""
        results = self.mapping(function, self.parts)
        return merge_as_tree(bar(results, what, self.options, len(self.parts)))


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
    with executor_at(options.scheduler) as mapping:
        passes = Passes(mapping, parts, options)
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
        weighted = fitted_weighting(setting, vocabulary)
        presence = KINDS[setting.classifier].presence
        weighing = Weighing(reading, weighted, surveyed.classes, presence)
        result: Weighed = passes.run(weighing.weigh_part, "adding up weights")
    return _trained(surveyed, cleaned, counts, weighted, setting, result, options)


def choose_setting(surveyed: Survey, options: TrainOptions) -> tuple[Cleaning, Setting]:
    """Cleaning and setting, chosen on a sample; the strength is chosen later."""
    few = replace(options, repeats=0)
    prepared, cleaned = clean_texts(Texts(_sample(surveyed, options), None), few)
    recipe, _ = planning.plan_recipe(prepared, few)
    if not options.tune:
        return cleaned, recipe.settings[0]
    fitted = recipe.fit(prepared.corpus, prepared.rows, planning.searching(options))
    if options.kind == "auto":
        print(chosen_text(fitted.tried))
    return cleaned, replace(fitted.setting, strength=None)


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
    result: Weighed,
    options: TrainOptions,
) -> TrainedModel:
    labels, share, moments = surveyed.classes, surveyed.share, result.moments
    test, calibration = (result.held.within(least, least + share) for least in (0.0, share))
    _check_enough(surveyed, [moments.rows, *(np.bincount(x.truth) for x in (test, calibration))])
    chosen, classifier = choose_strength(setting, moments, labels, calibration, options.metric)
    parts = int(moments.rows.sum()), len(calibration.truth)
    figures, folds = held_out_figures(classifier, test, parts, labels, options.seed)
    print(f"Tested on {len(test.truth):,} texts that the fit on {parts[0]:,} has not seen")
    if figures.held_out:
        print(console_report.confusion_text(figures.held_out, labels))
    if folds:
        print(f"\n{console_report.figures_text(figures)}")
        every = pooled(folds)
    parameters = chosen.parameters(classifier.calibration) | cleaned.parameters()
    print(f"\nFitted on {parts[0]:,} texts: {console_report.settings_text(parameters)}")
    return TrainedModel(
        pipeline=Pipeline([*weighted.steps, ("classifier", classifier)]),
        normaliser=cleaned.normalisers[setting.stop_words],
        irregular=cleaned.irregular,
        texts=[row.text for row in surveyed.sample[:PROVED]],
        data=_described(surveyed, counts, setting, moments.rows.astype(int).tolist(), options),
        figures=figures,
        parameters=parameters,
        command=options.command,
        unseen_predictions=UnseenPredictions(every.truth, every.probabilities) if folds else None,
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
    if options.kind not in ("auto", *SUMMABLE):
        raise BadOption(
            f"{options.data} is trained on in passes whose results add up, which fits no more than "
            f"{', '.join(SUMMABLE)}: choose one of these with --classifier, or give "
            f"{options.classifier} one file."
        )
    for given, name in ((options.test_data, "--test-data"), (options.repeats, "--repeats")):
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


def _check_enough(surveyed: Survey, counts: Sequence[Any]) -> None:
    """Refuse what is fitted, tested or calibrated on too little, which chance makes of few rows."""
    fewest = int(counts[0].argmin())
    if not counts[0][fewest]:
        raise BadData(
            f'All texts labelled "{surveyed.classes[fewest]}" are copies that are held out: add '
            "some that differ."
        )
    if any(np.count_nonzero(each) < 2 for each in counts):
        raise BadData(
            f"{surveyed.rows:,} texts are too few to hold some out by chance: put them into "
            "one file."
        )
