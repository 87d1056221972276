"""Cost by length: what a prediction takes for a short review and for the longest accepted one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from addsup.export.report.plots import BLUE, GREY, STYLE
from addsup.inference.model import Model
from addsup.train.data.dataset import imdb_sentences
from matplotlib import rc_context
from matplotlib.figure import Figure

from bench.in_process.timing import quartiles

LENGTHS: Final = (100, 1_000, 2_500, 5_000, 10_000, 15_000, 20_000, 30_000, 40_000, 50_000)
ROUNDS, CALLS = 40, 1


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of one prediction by characters of the review."""

    milliseconds: dict[int, float]

    @property
    def growth(self) -> float:
        """Cost of a character at 50,000 as a multiple of that at 5,000; 1 is a straight line."""
        return (self.milliseconds[50_000] / 50_000) / (self.milliseconds[5_000] / 5_000)

    def line(self) -> tuple[float, float, float]:
        """Slope and intercept of the line of least squares, and R squared."""
        x, y = np.array(list(self.milliseconds.items())).T
        slope, intercept = np.polyfit(x, y, 1)
        rest = ((y - (slope * x + intercept)) ** 2).sum()
        return float(slope), float(intercept), float(1 - rest / ((y - y.mean()) ** 2).sum())


def measure(model: Model) -> Costs:
    """Time reviews that are cut from the sentences the model was trained on."""
    text = " ".join(imdb_sentences().texts)
    reviews = {length: text[:length] for length in LENGTHS}
    calls = {
        str(length): lambda review=review: model.predict([review])
        for length, review in reviews.items()
    }
    took = quartiles(calls, ROUNDS, CALLS)
    return Costs({length: 1000 * took[str(length)] for length in LENGTHS})


@rc_context(STYLE)
def plot(costs: Costs) -> bytes:
    """The costs and their line, as SVG."""
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    axes = figure.subplots()
    slope, intercept, r_squared = costs.line()
    lengths = np.array(LENGTHS)
    fitted = f"line of least squares, R² = {r_squared:.4f}"
    axes.plot(lengths, slope * lengths + intercept, color=GREY, linestyle="--", label=fitted)
    measured = list(costs.milliseconds.values())
    axes.plot(lengths, measured, "o", color=BLUE, label="one prediction")
    axes.set(xlabel="characters of the review", ylabel="milliseconds")
    axes.set(title="Cost of a prediction by the length of its review")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(visible=True)
    axes.legend(loc="upper left")
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()
