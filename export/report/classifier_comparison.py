"""Classifiers side by side on one data set: what `python -m train compare` found, kept in a file.

Beside a model file, under its name with the suffix .compare.json, it becomes part of its card.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from export.errors import NotReadable
from export.tools.inspection import shown
from export.write import write_atomically
from server.inference.manifest import Interval

SUFFIX = ".compare.json"
HEAD = (
    "| classifier | accuracy | ROC AUC | log loss | calibration error | McNemar's p | seconds |",
    "|---|---|---|---|---|---:|---:|",
)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one classifier did.

    Attributes:
        classifier: its name, for people.
        p: of McNemar's exact test against the first row; None for that one itself.
        seconds: mean time to choose, calibrate and fit.
    """

    classifier: str
    accuracy: Interval
    roc_auc: Interval
    log_loss: Interval
    calibration_error: Interval
    p: float | None
    seconds: float

    def __str__(self) -> str:
        figures = (self.accuracy, self.roc_auc, self.log_loss, self.calibration_error)
        p = "" if self.p is None else f"{self.p:.3f}"
        cells = [self.classifier, *map(shown, figures), p, f"{self.seconds:.1f}"]
        return f"| {' | '.join(cells)} |"


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole comparison.

    Attributes:
        data: sha256 of the labelled text.
        protocol: one sentence that says how the figures were computed.
        command: what a person types to do it again.
        rows: the classifiers.
    """

    data: str
    protocol: str
    command: str
    rows: tuple[Row, ...]

    def table(self) -> str:
        """In Markdown, a row each."""
        return "\n".join([*HEAD, *map(str, self.rows)])

    def write(self, path: Path) -> None:
        """Keep it as JSON in *path*.

        Raises:
            ExportError: it cannot be written.
        """
        write_atomically(path, msgspec.json.format(msgspec.json.encode(self)) + b"\n")


def comparison_beside(model: Path, data: str) -> Comparison | None:
    """What is kept beside the file *model*, if it is of the same *data* (a sha256).

    Raises:
        NotReadable: there is a file, but not one that `Comparison.write` wrote.
    """
    path = model.with_suffix(SUFFIX)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Comparison)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise NotReadable(f"{path} is no comparison of classifiers: {error}.") from None
    return found if found.data == data else None
