"""Comparison of classifiers: the same texts, the same folds, each tuned and calibrated.

Kept next to a model file under its name with the suffix .compare.json, it becomes part of its card.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats

from addsup.inference.manifest import Interval
from addsup.train.classifiers import KINDS
from addsup.train.errors import ComparisonFileError
from addsup.train.files import write_atomically
from addsup.train.metrics import figures
from addsup.train.metrics.figures import Fold, Timed
from addsup.train.wording import interval_text, signed_text

SUFFIX: Final = ".compare.json"
HEAD: Final = (
    "| classifier | accuracy | ROC AUC | log loss | calibration error | seconds |",
    "|---|---|---|---|---|---:|",
)
DIFFERENCES_HEAD: Final = (
    "| against the first | accuracy | ROC AUC | log loss | McNemar's p |",
    "|---|---|---|---|---:|",
)

Rights = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Result:
    """Predictions and time of one classifier.

    Attributes:
        classifier: a key of `KINDS`.
        folds: its predictions for each test part.
        seconds: mean time to choose, calibrate and fit.
    """

    classifier: str
    folds: tuple[Fold, ...]
    seconds: float

    @classmethod
    def of(cls, classifier: str, timed: Iterable[Timed]) -> Result:
        """Result from what cross-validation yields."""
        results = list(timed)
        seconds = float(np.mean([each.seconds for each in results]))
        return cls(classifier, tuple(each.fold for each in results), seconds)

    @property
    def right(self) -> Rights:
        """Whether each text is right in the first repeat, in the order of the texts."""
        every = figures.pooled(self.folds)
        first = np.unique(every.rows, return_index=True)[1]
        right: Rights = (every.truth == every.predicted)[first]
        return right


class Differences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Differences of figures from those of the first classifier, on the same folds."""

    accuracy: Interval
    roc_auc: Interval
    log_loss: Interval


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One classifier in the table.

    Attributes:
        classifier: its name, for people.
        p: of McNemar's exact test against the first row; None for that one itself.
        seconds: mean time to choose, calibrate and fit.
        differences: from the first row; None for that one, and in files kept by 1.0.
    """

    classifier: str
    accuracy: Interval
    roc_auc: Interval
    log_loss: Interval
    calibration_error: Interval
    p: float | None
    seconds: float
    differences: Differences | None = None

    def __str__(self) -> str:
        intervals = (self.accuracy, self.roc_auc, self.log_loss, self.calibration_error)
        cells = [self.classifier, *map(interval_text, intervals), f"{self.seconds:.1f}"]
        return f"| {' | '.join(cells)} |"

    def against_first(self) -> str:
        """The row of differences."""
        found = self.differences
        if found is None:
            return ""
        intervals = (found.accuracy, found.roc_auc, found.log_loss)
        cells = [self.classifier, *map(signed_text, intervals), f"{self.p or 0:.3f}"]
        return f"| {' | '.join(cells)} |"

    def words(self, first: str) -> str:
        """Conclusion from the differences, in words."""
        found = self.differences
        if found is None:
            return ""
        named = (
            ("is right", found.accuracy, "more often", "less often"),
            ("ranks (ROC AUC)", found.roc_auc, "better", "worse"),
            ("has", found.log_loss, "more log loss", "less log loss"),
        )
        parts = [
            f"{verb} {more if each.low > 0 else less}"
            for verb, each, more, less in named
            if each.low > 0 or each.high < 0
        ]
        if not parts:
            return f"- {self.classifier}: no difference from {first} beyond chance."
        return f"- {self.classifier} {', '.join(parts)} than {first}, by more than chance."


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Comparison of classifiers, as it is kept in a file.

    Attributes:
        data: sha256 of the labelled text.
        protocol: one sentence that says how the metrics were computed.
        command: what a person types to do it again.
        rows: the classifiers.
    """

    data: str
    protocol: str
    command: str
    rows: tuple[Row, ...]

    def table(self) -> str:
        """Markdown: a row each; the differences from the first; and what follows, in words."""
        table = "\n".join([*HEAD, *map(str, self.rows)])
        first, *others = self.rows
        rows = list(filter(None, (each.against_first() for each in others)))
        if not rows:
            return table
        words = "\n".join(filter(None, (each.words(first.classifier) for each in others)))
        differences = "\n".join([*DIFFERENCES_HEAD, *rows])
        return f"{table}\n\n{differences}\n\n{words}"

    def write(self, path: Path) -> None:
        """File of JSON: writes the comparison to *path*.

        Raises:
            CannotWriteError: what was at *path* is still there.
        """
        write_atomically(path, msgspec.json.format(msgspec.json.encode(self)) + b"\n")


def comparison_row(result: Result, first: Result, labels: tuple[str, ...], seed: int) -> Row:
    """Row of the table: figures of *result*, and its differences from the *first*."""
    found = figures.mean_intervals(result.folds, labels)
    return Row(
        classifier=KINDS[result.classifier].title,
        accuracy=found["accuracy"],
        roc_auc=found["roc_auc"],
        log_loss=found["log_loss"],
        calibration_error=figures.calibration_error(result.folds, seed),
        p=None if result is first else mcnemar(first.right, result.right),
        seconds=result.seconds,
        differences=None if result is first else differences_from(result, first, labels),
    )


def differences_from(result: Result, first: Result, labels: tuple[str, ...]) -> Differences:
    """Differences of *result* from *first*, fold by fold; intervals as those of the figures."""
    ours, theirs = (figures.values_by_fold(each.folds, labels) for each in (result, first))
    found = {
        name: figures.interval_over_folds(
            result.folds, np.subtract(ours[name], theirs[name]).tolist(), signed=True
        )
        for name in ("accuracy", "roc_auc", "log_loss")
    }
    return Differences(**found)


def mcnemar(first: Rights, second: Rights) -> float:
    """P-value of McNemar's exact test (two-sided binomial).

    It is the probability of a difference at least as large between the texts [n] that just one of
    the two gets right, if both were right equally often.
    """
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    if only_first + only_second == 0:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second).pvalue)


def comparison_of_model(model: Path, data: str) -> Comparison | None:
    """Comparison in the file next to *model*, if it is of the same *data* (a sha256).

    Raises:
        ComparisonFileError: there is a file, but not one that `Comparison.write` wrote.
    """
    path = model.with_suffix(SUFFIX)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Comparison)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise ComparisonFileError(f"{path} is no comparison of classifiers: {error}.") from None
    return found if found.data == data else None
