"""Planning: the recipe and the number of its evaluations, within bounds of memory and time.

Time is counted work at what it costs on a common processor: the same data give the same plan, and
so the same model, however busy the machine is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Any, Final

from tqdm import tqdm

from addsup.train.classifiers import KINDS, SUMMABLE
from addsup.train.data.corpus import Corpus
from addsup.train.data.preprocess import Prepared
from addsup.train.data.splits import OUTER_FOLDS, inner_folds
from addsup.train.errors import BadOption
from addsup.train.hyperparameters import Setting, promising, untuned, vectorisers
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.term_counts import Rows
from addsup.train.tuning.bounds import affordable
from addsup.train.tuning.trainer import Recipe

#: Of 10-fold cross-validation.
REPEATS: Final = 3
#: Nanoseconds to weigh a stored count, and to calibrate a text's score of one label.
WEIGHING, CALIBRATING = 100, 700


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, and how often.

    Attributes:
        settings: that are tried.
        repeats: of cross-validation.
        notes: sentences about what is omitted.
    """

    settings: tuple[Setting, ...]
    repeats: int
    notes: tuple[str, ...] = ()


def plan_recipe(prepared: Prepared, options: TrainOptions) -> tuple[Recipe, int]:
    """Recipe, and the repeats of its evaluation; prints what is omitted for want of room or time.

    Raises:
        BadOption: there is no room for any setting.
    """
    settings, notes = all_settings(prepared, options)
    most = (1, 0) if options.kind == "auto" else (REPEATS, 1, 0)
    wanted = most if options.repeats is None else (options.repeats,)
    costs = [seconds_of_search(prepared.corpus, prepared.rows, each) for each in settings]
    planned = plan_evaluations(settings, costs, options.max_minutes, wanted)
    for sentence in (*notes, *planned.notes):
        print(sentence)
    return Recipe(planned.settings, options.seed, options.metric), planned.repeats


def all_settings(
    prepared: Prepared, options: TrainOptions
) -> tuple[tuple[Setting, ...], list[str]]:
    """Settings that tuning tries, within the bounds of room; and sentences about the others."""
    corpus = prepared.corpus
    if not options.tune:
        kind = "gaussian" if options.kind == "auto" else options.kind
        return (untuned(kind, corpus.stop_words),), []
    known = vectorisers(options.kind) if options.kind != "auto" else _of_every_kind(corpus, options)
    settings, notes = affordable(corpus, prepared.rows, known, options)
    if not settings:
        raise BadOption(f"{' '.join(notes)} Nothing is left to try: allow more.")
    return settings, notes


def _of_every_kind(corpus: Corpus, options: TrainOptions) -> list[Setting]:
    """Promising settings of every classifier that these data can be fitted with.

    They are in the order in which their terms are counted.
    """
    kinds = SUMMABLE if options.is_out_of_core else tuple(KINDS)
    every = [
        each if each.stop_words in corpus.texts else replace(each, stop_words=corpus.stop_words)
        for kind in kinds
        for each in promising(kind)
    ]
    return sorted(every, key=lambda each: (each.stop_words, each.ngram_range))


def plan_evaluations(
    settings: Sequence[Setting], costs: Sequence[float], minutes: float, wanted: Sequence[int]
) -> Plan:
    """Plan of as many evaluations, and then settings, as there is time for.

    Args:
        settings: that are within the other bounds.
        costs: seconds of a search with each.
        minutes: for everything that is fitted.
        wanted: numbers of repeats of cross-validation, the best first.
    """
    for repeats in wanted:
        most = 60 * minutes / number_of_fits(repeats)
        if sum(costs) <= most:
            break
    by_cost = sorted(range(len(costs)), key=costs.__getitem__)
    totals = accumulate(costs[i] for i in by_cost)
    fitting = {i for i, total in zip(by_cost, totals, strict=True) if total <= most}
    chosen = [each for i, each in enumerate(settings) if i in fitting or i == by_cost[0]]
    notes = []
    if repeats != wanted[0]:
        notes.append(
            f"To end within about {minutes:g} minutes (--max-minutes), cross-validation is done "
            f"{repeats} of {wanted[0]} times."
        )
    if omitted := len(settings) - len(chosen):
        notes.append(
            f"{omitted} of {len(settings)} settings are not tried, for want of time "
            f"(--max-minutes is {minutes:g})."
        )
    return Plan(tuple(chosen), repeats, tuple(notes))


def number_of_fits(repeats: int) -> int:
    """Number of fits of a recipe in all: on the part not held out, each fold, everything."""
    return 2 + OUTER_FOLDS * repeats


def seconds_of_search(corpus: Corpus, rows: Rows, setting: Setting) -> float:
    """Seconds that a search takes with *setting*: counted work, nothing is measured."""
    kind, labels = KINDS[setting.classifier], len(corpus.classes)
    counts = corpus.counts(setting.stop_words, setting.ngram_range)
    stored = counts.nnz * len(rows) / len(corpus) + counts.shape[1]
    strengths = len(setting.with_strengths())
    fits = kind.cost * strengths * (1 if labels == 2 else labels)
    each_fold = stored * (WEIGHING + fits)
    calibrations = len(rows) * labels * strengths * CALIBRATING
    return 1e-9 * (each_fold * inner_folds(len(rows)) + calibrations)


def searching(options: TrainOptions) -> partial[tqdm[Any]]:
    """A progress bar for the settings that are tried."""
    return partial(bar, what="tuning" if options.tune else "calibrating", options=options)
