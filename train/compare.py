"""Classifiers side by side: the same texts, the same folds, each tuned and calibrated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from server.manifest import Interval
from train.classifiers import KINDS
from train.evaluate import Timed
from train.metrics import Fold, calibration_error, intervals
from train.report import interval

HEAD = (
    "| classifier | accuracy | ROC AUC | log loss | calibration error | McNemar's p | seconds |",
    "|---|---|---|---|---|---:|---:|",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """How one classifier did.

    Attributes:
        classifier: a key of `KINDS`.
        folds: what it said of each part.
        seconds: mean time to choose, calibrate and fit.
    """

    classifier: str
    folds: tuple[Fold, ...]
    seconds: float

    @classmethod
    def of(cls, classifier: str, timed: Iterable[Timed]) -> Compared:
        """From what cross-validation yields."""
        results = list(timed)
        seconds = float(np.mean([each.seconds for each in results]))
        return cls(classifier, tuple(each.fold for each in results), seconds)


def table(results: Sequence[Compared], classes: Sequence[str], seed: int) -> str:
    """In Markdown, a row each; McNemar's test is against the first."""
    return "\n".join([*HEAD, *_rows(results, classes, seed)])


def _rows(results: Sequence[Compared], classes: Sequence[str], seed: int) -> Iterator[str]:
    for result in results:
        figures = intervals(result.folds, classes)
        shown = [figures["accuracy"], figures["roc_auc"], figures["log_loss"]]
        shown.append(calibration_error(result.folds, seed))
        yield _row(
            result, shown, "" if result is results[0] else f"{mcnemar(results[0], result):.3f}"
        )


def _row(result: Compared, figures: Sequence[Interval], p: str) -> str:
    cells = [KINDS[result.classifier].title, *map(interval, figures), p, f"{result.seconds:.1f}"]
    return f"| {' | '.join(cells)} |"


def mcnemar(first: Compared, second: Compared) -> float:
    """The p-value of McNemar's exact test: could the two be right equally often?

    It looks at the reviews that just one of them gets right. A review may count once only, so
    the repeats after the first are left out.
    """
    ours, theirs = (_right(result) for result in (first, second))
    only_ours, only_theirs = np.sum(ours & ~theirs), np.sum(theirs & ~ours)
    if only_ours + only_theirs == 0:
        return 1.0
    return float(stats.binomtest(int(only_ours), int(only_ours + only_theirs)).pvalue)


def _right(result: Compared) -> np.typing.NDArray[np.bool_]:
    """Whether each review is right in the first repeat, in the order of the reviews."""
    rows = np.concatenate([fold.rows for fold in result.folds])
    right = np.concatenate([fold.truth == fold.predicted for fold in result.folds])
    first = np.unique(rows, return_index=True)[1]
    chosen: np.typing.NDArray[np.bool_] = right[first]
    return chosen
