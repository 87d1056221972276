"""Results as text for the terminal, in the article's form."""

from __future__ import annotations

from train.evaluate import Accuracies, HoldOut


def confusion(result: HoldOut) -> str:
    """The confusion matrix (rows: true labels, columns: predicted) and the accuracy."""
    width = max(len(label) for label in result.labels)
    cell = max(width, *(len(str(count)) for row in result.confusion for count in row))
    head = " " * (width + 2) + "  ".join(f"{label:>{cell}}" for label in result.labels)
    rows = [
        f"  {label:<{width}}" + "".join(f"{count:>{cell}}  " for count in row).rstrip()
        for label, row in zip(result.labels, result.confusion, strict=True)
    ]
    return "\n".join(
        [
            "Confusion matrix (rows: true, columns: predicted)",
            head,
            *rows,
            f"Accuracy: {result.accuracy:.4f}",
        ]
    )


def accuracies(result: Accuracies) -> str:
    """Mean and spread of an accuracy over several parts."""
    return f"accuracy {result.mean:.4f} (sd {result.sd:.4f})"
