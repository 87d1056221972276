"""Charts: the figures of a model as numbers in a viewBox, which a template writes as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from addsup.inference.manifest import Bin
from addsup.server.web.direction import isolated

#: The longest label that a chart writes out.
LABEL_CHARS: Final = 16
CHAR: Final = 6.2  # about how wide a character is
LINE: Final = 16


class Cell(NamedTuple):
    """One pair of a true and a predicted label; `share` is that of the true label's texts."""

    x: float
    y: float
    number: int
    share: float
    right: bool


class Name(NamedTuple):
    """A label where it stands."""

    x: float
    y: float
    text: str


class Confusion(NamedTuple):
    """A confusion matrix: rows are true labels, columns predicted ones; `said` is it in words."""

    width: float
    height: float
    side: float
    left: float
    top: float
    slanted: bool
    rows: tuple[Name, ...]
    columns: tuple[Name, ...]
    cells: tuple[Cell, ...]
    said: str


class Point(NamedTuple):
    """Predictions that were about equally sure; the area of radius `r` goes by their number."""

    x: float
    y: float
    r: float
    bin: Bin


class Reliability(NamedTuple):
    """How sure the model was against how often it was right; the diagonal is perfect."""

    low: float
    points: tuple[Point, ...]
    said: str


def confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> Confusion:
    """Draw [K][K] *counts*; row: true label, column: predicted."""
    names = [shortened(label) for label in labels]
    text = CHAR * max(len(name) for name in names)
    side = max(34.0, min(76.0, 190 / len(labels)))
    slanted = text > side
    left, top = LINE + text + 8, 2 * LINE + (0.7 * text if slanted else 0)
    extent = side * len(labels)
    return Confusion(
        width=left + extent + (0.7 * text if slanted else 1),
        height=top + extent + 1,
        side=side,
        left=left,
        top=top,
        slanted=slanted,
        rows=tuple(Name(left - 8, top + side * (i + 0.5), name) for i, name in enumerate(names)),
        columns=tuple(Name(left + side * (i + 0.5), top - 6, name) for i, name in enumerate(names)),
        cells=tuple(_cells(counts, left, top, side)),
        said=" ".join(_row_in_words(labels, row, i) for i, row in enumerate(counts)),
    )


def _cells(counts: Sequence[Sequence[int]], left: float, top: float, side: float) -> Sequence[Cell]:
    return [
        Cell(left + side * j, top + side * i, count, count / (sum(row) or 1), i == j)
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
    ]


def _row_in_words(labels: Sequence[str], row: Sequence[int], true: int) -> str:
    """Where the texts of one label went: the label itself and those it is taken for, by number."""
    total = sum(row) or 1
    others = sorted((j for j, n in enumerate(row) if n and j != true), key=lambda j: -row[j])
    named = [f"\u201c{isolated(label)}\u201d" for label in labels]
    confused = ", ".join(f"{row[j] / total:.0%} as {named[j]}" for j in others[:4])
    read = f"Of the texts labelled {named[true]}, {row[true] / total:.0%} were read so"
    return f"{read}, {confused}." if confused else f"{read}."


def reliability(bins: Sequence[Bin], labels: int) -> Reliability:
    """Draw *bins* in a square of 100 by 100 that begins at the chance of one in *labels*."""
    low = min(1 / labels, *(each.predicted for each in bins), *(each.observed for each in bins))
    low = int(low * 10) / 10
    most = max(each.count for each in bins)

    def place(share: float) -> float:
        return round(100 * (share - low) / (1 - low), 2)

    points = tuple(
        Point(
            place(each.predicted),
            100 - place(each.observed),
            round(1.5 + 3.5 * (each.count / most) ** 0.5, 2),
            each,
        )
        for each in bins
        if each.count
    )
    return Reliability(low, points, _bins_in_words(bins))


def _bins_in_words(bins: Sequence[Bin]) -> str:
    sentences = "; ".join(
        f"of {each.count:,} verdicts given with about {each.predicted:.0%}, "
        f"{each.observed:.0%} were right"
        for each in bins
        if each.count
    )
    return sentences[:1].upper() + sentences[1:] + "."


def shortened(label: str) -> str:
    """*label*, cut if it is long."""
    return (
        label if len(label) <= LABEL_CHARS else label[: LABEL_CHARS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )
