"""Charts of a model's metrics."""

from __future__ import annotations

from addsup.inference.manifest import Bin
from addsup.server.web.charts import confusion, reliability, shortened


def test_a_confusion_matrix_is_drawn_and_told() -> None:
    chart = confusion(("bad", "good"), ((3, 1), (0, 4)))

    assert [cell.count for cell in chart.cells] == [3, 1, 0, 4]
    assert [cell.share for cell in chart.cells] == [0.75, 0.25, 0, 1]
    assert [cell.right for cell in chart.cells] == [True, False, False, True]
    assert "75% were read so, 25% as \u201cgood\u201d." in chart.said


def test_a_reliability_diagram_begins_at_chance_and_leaves_empty_bins_out() -> None:
    chart = reliability([Bin(0.5, 0.5, 1), Bin(0.75, 0.6, 0), Bin(1.0, 1.0, 9)], 2)

    assert chart.low == 0.5
    assert [(point.x, point.y) for point in chart.points] == [(0, 100), (100, 0)]
    assert chart.points[0].r < chart.points[1].r


def test_a_long_label_is_cut() -> None:
    assert shortened("a" * 16) == "a" * 16
    assert shortened("a" * 17) == "a" * 15 + "\N{HORIZONTAL ELLIPSIS}"
