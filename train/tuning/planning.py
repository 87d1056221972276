"""Planning: the recipe and the number of its evaluations, within bounds of memory and time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from tqdm import tqdm

from addsup.train.data.preprocess import Prepared
from addsup.train.errors import BadOption
from addsup.train.hyperparameters import Setting
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.tuning.bounds import Plan, affordable, plan_evaluations
from addsup.train.tuning.trainer import Recipe

#: Into a part to fit on and a part to ask; and of 10-fold cross-validation.
SPLITS: Final = 20
REPEATS: Final = 3


def plan_recipe(prepared: Prepared, options: TrainOptions) -> tuple[Recipe, Plan]:
    """Recipe, and how often it is evaluated; prints what is omitted for want of room or time."""
    corpus, rows = prepared.corpus, prepared.rows
    settings: Sequence[Setting] = (Setting(options.classifier, stop_words=corpus.stop_words),)
    notes: list[str] = []
    if options.tune:
        settings, notes = affordable(corpus, rows, options.classifier, options)
    if not settings:
        raise BadOption(f"{' '.join(notes)} Nothing is left to try: allow more.")
    wanted = evaluations(prepared, options)
    planned = plan_evaluations(corpus, rows, settings, options.max_minutes, wanted)
    for sentence in (*notes, *planned.notes):
        print(sentence)
    made = Recipe(options.classifier, options.tune, options.seed, options.metric, planned.settings)
    return made, planned


def evaluations(prepared: Prepared, options: TrainOptions) -> list[tuple[int, int]]:
    """Numbers of splits and of repeats of cross-validation, best first."""
    most = 1 if prepared.test is not None or options.repeats == 0 else SPLITS
    wanted = [(most, REPEATS), (most, 1), (5, 1), (1, 1), (1, 0)]
    if options.repeats is not None:
        wanted = [(splits, options.repeats) for splits in dict.fromkeys((most, 5, 1))]
    return [(splits, repeats) for splits, repeats in wanted if splits <= most]


def searching(options: TrainOptions) -> partial[tqdm[Any]]:
    """A progress bar for the settings that are tried, or the folds that calibrate the one."""
    return partial(bar, what="tuning" if options.tune else "calibrating", options=options)
