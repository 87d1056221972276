"""Console report: results as text, in the article's form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from addsup.inference.manifest import EvidenceGroup, Figures, HeldOut, most_confused
from addsup.train.wording import interval_text

#: Labels of which a matrix fits a terminal; pairs that are printed of more.
MOST_IN_A_MATRIX = 12
MOST_PAIRS = 10


def confusion_text(result: HeldOut, labels: Sequence[str]) -> str:
    """Confusion matrix (rows: true labels, columns: predicted) and the accuracy."""
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
        yield "Most often confused (true, predicted)"
    for each in found:
        yield f"  {each.count:>5,}  {each.true} -> {each.predicted}"


def data_text(name: str, labels: Sequence[str] | Counter[str]) -> str:
    """Number of texts, in all and by label."""
    found = Counter(labels)
    counts = ", ".join(f"{count:,} {label}" for label, count in sorted(found.items()))
    return f"{name}: {found.total():,} texts ({counts})"


def settings_text(parameters: Mapping[str, object]) -> str:
    """Chosen settings, on one line."""
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def figures_text(found: Figures) -> str:
    """Figures of cross-validation with their intervals, a line each."""
    named = dict(named_intervals(found))
    width = max(map(len, named), default=0)
    lines = [f"  {name:<{width}}  {value}" for name, value in named.items()]
    groups = [evidence_text(found.by_evidence)] if found.by_evidence else []
    return "\n".join([found.protocol, *lines, *groups])


def named_intervals(found: Figures) -> Iterator[tuple[str, str]]:
    """Name of each figure that was measured, and the figure with its interval."""
    named = (
        ("accuracy", found.accuracy),
        *((f"F1 of {label}", f1) for label, f1 in (found.f1 or {}).items()),
        ("ROC AUC", found.roc_auc),
        ("log loss", found.log_loss),
        ("Brier score", found.brier),
        ("expected calibration error", found.calibration_error),
    )
    return ((name, interval_text(each)) for name, each in named if each)


def evidence_text(groups: Sequence[EvidenceGroup], what: str = "predictions") -> str:
    """Confidence and accuracy by known terms, a line each; *what* was counted."""
    width = max((len(each.terms) for each in groups), default=0)
    lines = [
        f"  {each.terms:<{width}}  right {each.accuracy:.3f}, sure {each.confidence:.3f}, "
        f"log loss {each.log_loss:.3f} ({each.count:,} {what})"
        for each in groups
    ]
    return "\n".join(["By how many distinct terms of a text are known", *lines])
