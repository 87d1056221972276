"""Console report: results as text, in the article's form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from addsup.inference.manifest import (
    EvidenceGroup,
    Figures,
    HeldOut,
    HoldOuts,
    Interval,
    most_confused,
)

if TYPE_CHECKING:
    from addsup.train.tuning.also import Effect

#: Labels of which a matrix fits a terminal; pairs that are printed of more.
MOST_IN_A_MATRIX = 12
MOST_PAIRS = 10


def confusion(result: HeldOut, labels: Sequence[str]) -> str:
    """The confusion matrix (rows: true labels, columns: predicted) and the accuracy."""
    if len(labels) > MOST_IN_A_MATRIX:
        return "\n".join([*_pairs(result, labels), f"Accuracy: {result.accuracy:.4f}"])
    width = max(len(label) for label in labels)
    cell = max(width, *(len(str(count)) for row in result.confusion for count in row))
    head = " " * (width + 2) + "".join(f"  {label:>{cell}}" for label in labels)
    rows = [
        f"  {label:<{width}}" + "".join(f"  {count:>{cell}}" for count in row)
        for label, row in zip(labels, result.confusion, strict=True)
    ]
    return "\n".join(
        [
            "Confusion matrix (rows: true, columns: predicted)",
            head,
            *rows,
            f"Accuracy: {result.accuracy:.4f}",
        ]
    )


def _pairs(result: HeldOut, labels: Sequence[str]) -> Iterator[str]:
    found = most_confused(result.confusion, labels)[:MOST_PAIRS]
    if found:
        yield "Most often taken for another (true, predicted)"
    for each in found:
        yield f"  {each.count:>5,}  {each.true} -> {each.predicted}"


def data(name: str, labels: Sequence[str] | Counter[str]) -> str:
    """How many texts there are, and of which labels."""
    found = Counter(labels)
    counts = ", ".join(f"{count:,} {label}" for label, count in sorted(found.items()))
    return f"{name}: {found.total():,} texts ({counts})"


def settings(parameters: Mapping[str, object]) -> str:
    """What was chosen, on one line."""
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def figures(found: Figures) -> str:
    """The figures of cross-validation with their intervals, a line each."""
    named = dict(intervals(found))
    width = max(map(len, named), default=0)
    lines = [f"  {name:<{width}}  {value}" for name, value in named.items()]
    groups = [by_evidence(found.by_evidence)] if found.by_evidence else []
    return "\n".join([found.protocol, *lines, *groups])


def intervals(found: Figures) -> Iterator[tuple[str, str]]:
    """Name of each figure that was measured, and the figure with its interval."""
    named = (
        ("accuracy", found.accuracy),
        *((f"F1 of {label}", f1) for label, f1 in (found.f1 or {}).items()),
        ("ROC AUC", found.roc_auc),
        ("log loss", found.log_loss),
        ("Brier score", found.brier),
        ("expected calibration error", found.calibration_error),
    )
    return ((name, interval(each)) for name, each in named if each)


def hold_outs(found: HoldOuts) -> str:
    """Accuracy over many splits, and what is gained on the article's settings."""
    gain = found.mean - found.article_mean
    return (
        f"One split says little. Over {found.splits} such splits: {found.mean:.3f} (standard "
        f"deviation {found.deviation:.3f}); the article's settings {found.article_mean:.3f} "
        f"({found.article_deviation:.3f}); the difference is {gain:+.3f}."
    )


def also(found: Effect) -> str:
    """What it does to train on texts of other kinds, too."""
    named = (
        ("accuracy", found.here.accuracy),
        ("ROC AUC", found.here.roc_auc),
        ("log loss", found.here.log_loss),
    )
    here = ", ".join(f"{name} {signed(each)}" for name, each in named)
    return (
        f"With the other texts, on the same folds: {here}.\n"
        f"On the other texts themselves: accuracy {interval(found.there)}, without them "
        f"{interval(found.there_without)}."
    )


def signed(figure: Interval) -> str:
    """A difference with its interval, as in +0.012 (-0.001 to +0.025)."""
    return f"{figure.mean:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"


def by_evidence(groups: Sequence[EvidenceGroup], what: str = "predictions") -> str:
    """How sure and how right, by known terms, a line each; *what* was counted."""
    width = max((len(each.terms) for each in groups), default=0)
    lines = [
        f"  {each.terms:<{width}}  right {each.accuracy:.3f}, sure {each.confidence:.3f}, "
        f"log loss {each.log_loss:.3f} ({each.count:,} {what})"
        for each in groups
    ]
    return "\n".join(["By how many distinct terms of a text are known", *lines])


def alternatives(
    found: Sequence[tuple[str, float, str]],
    loss: float,
    metric: str,
    tried: int,
    left: Sequence[str],
) -> str:
    """Whether another classifier would do better, in a line.

    Args:
        found: title, loss and command of each that does.
        loss: of the one that was trained.
        metric: in which.
        tried: how many others there were.
        left: titles of those there was no time for.
    """
    name = "log loss" if metric == "log-loss" else f"1 - {metric}"
    if found:
        title, least, command = min(found, key=lambda each: each[1])
        said = (
            f"{title[0].upper()}{title[1:]} would be better by more than chance: {name} "
            f"{least:.3f} instead of {loss:.3f} on the same texts. To train it: {command}"
        )
    else:
        said = f"None of {tried} other classifiers would be better by more than chance ({name})."
    return f"Not tried, for want of time: {', '.join(left)}. {said}" if left else said


def interval(figure: Interval) -> str:
    """A figure with its interval, as in 0.812 (0.790 to 0.834)."""
    return f"{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f})"
