"""Plots of a model card, as small SVG files. The same figures give the same bytes.

Text stays text and the background is white, so that they can be read on any page and in any size.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from addsup.inference.manifest import Bin
from addsup.train.artifact import LearningPoint, UnseenPredictions

COLOURS = (
    *("#1f6fb2", "#d1691d", "#3a8f47", "#a13d92", "#7a6a00"),
    *("#c0392b", "#007f86", "#6b4fbb", "#85605a", "#5c5c5c"),
)
BLUE, GREY = COLOURS[0], "#8c8c8c"
STYLE: Any = {
    "svg.hashsalt": "sentiment",  # else the names inside the file are random
    "svg.fonttype": "none",
    "axes.edgecolor": "#999999",
    "axes.labelcolor": "#333333",
    "axes.prop_cycle": f"cycler('color', {COLOURS})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.w_pad": 0.1,
    "figure.facecolor": "white",
    "grid.color": "#e5e5e5",
    "legend.fontsize": 9,
    "legend.frameon": False,
    "text.color": "#222222",
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}
MOST_LABELS_WITH_CURVES = 10
MOST_LABELS_WITH_WORDS = 9


@rc_context(STYLE)
def roc_and_precision_recall(found: UnseenPredictions, labels: Sequence[str]) -> bytes:
    """Both curves side by side, a line for each label; of two, only the second's."""
    figure, (roc, precision_recall) = _figure(8.4, 4.2, columns=2)
    shown = range(int(len(labels) == 2), min(len(labels), MOST_LABELS_WITH_CURVES))
    for number in shown:
        truth, score = found.truth == number, found.probabilities[:, number]
        area, average = roc_auc_score(truth, score), average_precision_score(truth, score)
        false_positives, true_positives, _ = roc_curve(truth, score)
        precision, recall, _ = precision_recall_curve(truth, score)
        roc.plot(false_positives, true_positives, label=f"{labels[number]} (area {area:.3f})")
        name = f"{labels[number]} (average precision {average:.3f})"
        precision_recall.plot(recall, precision, label=name)
    guessing: Any = {"color": GREY, "linestyle": "--", "linewidth": 1, "label": "guessing"}
    roc.plot([0, 1], [0, 1], **guessing)
    if len(shown) == 1:
        precision_recall.axhline(float(truth.mean()), **guessing)
    roc.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC, unseen texts")
    precision_recall.set(
        xlabel="recall", ylabel="precision", title="Precision and recall, unseen texts"
    )
    for axes in (roc, precision_recall):
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.grid(visible=True)
        axes.legend(loc="lower right" if axes is roc else "lower left")
    return _svg(figure)


@rc_context(STYLE)
def reliability(bins: Sequence[Bin], classes: int) -> bytes:
    """How often the recipe is right when it is so sure, and how often it is so sure."""
    figure, (upper, lower) = _figure(5, 5, rows=2, height_ratios=(3, 1))
    predicted, counts = [each.predicted for each in bins], [each.count for each in bins]
    least = 1 / classes
    upper.plot([least, 1], [least, 1], color=GREY, linestyle="--", linewidth=1, label="perfect")
    observed = [each.observed for each in bins]
    upper.plot(predicted, observed, marker="o", color=BLUE, label="this recipe")
    upper.set(ylabel="share that is right", title="Reliability, unseen texts")
    upper.grid(visible=True)
    upper.legend(loc="upper left")
    lower.bar(predicted, counts, width=0.6 * (1 - least) / 10, color=BLUE)
    lower.set(xlabel="probability of the chosen label", ylabel="predictions")
    for axes in (upper, lower):
        axes.set_xlim(least - 0.02, 1.02)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
    upper.yaxis.set_major_formatter(PercentFormatter(1))
    return _svg(figure)


@rc_context(STYLE)
def learning(points: Sequence[LearningPoint]) -> bytes:
    """Accuracy against the number of texts fitted on, with its interval."""
    figure, (axes,) = _figure(5.6, 3.8)
    reviews = [point.reviews for point in points]
    low, high = ([getattr(p.accuracy, end) for p in points] for end in ("low", "high"))
    axes.fill_between(
        reviews, low, high, color=BLUE, alpha=0.18, linewidth=0, label="95 % interval"
    )
    accuracy = [point.accuracy.mean for point in points]
    axes.plot(reviews, accuracy, marker="o", color=BLUE, label="accuracy")
    axes.set(xlabel="texts fitted on", ylabel="right on unseen texts", title="Learning curve")
    axes.set_xlim(left=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(visible=True)
    axes.legend(loc="lower right")
    return _svg(figure)


@rc_context(STYLE)
def words(strongest: Mapping[str, Sequence[tuple[str, float]]]) -> bytes:
    """The terms that speak most for each label, as bars."""
    shown = list(strongest.items())[:MOST_LABELS_WITH_WORDS]
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    colours = COLOURS if len(shown) > 2 else COLOURS[1::-1]  # of two labels, as on the page
    figure, panels = _figure(3.6 * columns + 0.4, 3.4 * rows + 0.4, rows=rows, columns=columns)
    for number, (axes, (label, terms)) in enumerate(zip(panels, shown, strict=False)):
        names, strength = [term for term, _ in terms], [mean for _, mean in terms]
        axes.barh(range(len(names)), strength, color=colours[number])
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.set(title=f"for {label}", xlabel="mean contribution to the log-odds")
    for axes in panels[len(shown) :]:
        axes.remove()
    return _svg(figure)


def _figure(
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    height_ratios: Sequence[float] | None = None,
) -> tuple[Figure, list[Axes]]:
    """An empty figure of *width* by *height* inches, and its panels."""
    figure = Figure(figsize=(width, height), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, height_ratios=height_ratios)
    return figure, list(grid.flat)


def _svg(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
