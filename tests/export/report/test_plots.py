"""Plots of a model card: the same figures, the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from addsup.export.report import plots
from addsup.export.report.curves import Curves
from addsup.inference.manifest import Bin, Interval
from addsup.train.artifact import LearningPoint

CURVES = [Curves("b", ([0.0, 0.2, 1.0], [0.0, 0.9, 1.0]), 0.9, ([0.0, 1.0], [1.0, 0.5]), 0.8, 0.5)]
POINTS = [LearningPoint(n, Interval(0.7, 0.6, 0.8)) for n in (100, 200)]

DRAWN: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "confusion": (lambda: plots.confusion(["ham", "spam"], [[8, 2], [1, 9]]), ["ham", "80%"]),
    "reliability": (
        lambda: plots.reliability([Bin(0.6, 0.5, 10), Bin(0.9, 0.95, 30)], 2),
        ["perfect"],
    ),
    "roc": (lambda: plots.roc_and_precision_recall(CURVES), ["b (area 0.900)", "guessing"]),
    "learning": (lambda: plots.learning(POINTS), ["Learning curve"]),
    "words": (
        lambda: plots.words({"ham": [("meeting", 1.0)], "spam": [("prize", 2.0)]}),
        ["for spam", "prize"],
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_plot_is_svg_with_its_words_as_text_and_the_same_twice(name: str) -> None:
    draw, words = DRAWN[name]

    svg = draw()

    assert svg == draw()
    texts = [
        text.text for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]
    shown = " ".join(each or "" for each in texts)
    for word in words:
        assert word in shown
