"""Hold-outs: accuracy over many splits, for that of one depends on which texts it holds out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from addsup.inference.manifest import HoldOuts
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.evaluation.evaluation import predict_fold
from addsup.train.evaluation.splits import hold_out
from addsup.train.parallel import in_parallel
from addsup.train.tuning.trainer import Fitted, Recipe


def accuracies(
    recipe: Recipe, corpus: Corpus, rows: Rows, splits: int, seed: int
) -> Iterator[tuple[float, float]]:
    """Accuracy of *recipe* and of the article's settings on each of so many splits.

    The first split is that of `hold_out` with the same *seed*.
    """
    parts = (hold_out(corpus, rows, seed + number) for number in range(splits))
    return in_parallel(partial(_both, recipe, corpus), parts, alone=corpus.is_large)


def _both(recipe: Recipe, corpus: Corpus, parts: tuple[Rows, Rows]) -> tuple[float, float]:
    made = recipe.fit(corpus, parts[0]), Fitted.plain(corpus, parts[0])
    ours, article = (predict_fold(each, corpus, *parts) for each in made)
    return (
        float((ours.predicted == ours.truth).mean()),
        float((article.predicted == article.truth).mean()),
    )


def summary(found: Sequence[tuple[float, float]]) -> HoldOuts:
    """Means and standard deviations of what `accuracies` yields, two or more."""
    means, deviations = np.mean(found, axis=0), np.std(found, axis=0, ddof=1)
    return HoldOuts(
        len(found), float(means[0]), float(deviations[0]), float(means[1]), float(deviations[1])
    )
