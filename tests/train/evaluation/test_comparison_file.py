"""Classifiers side by side, kept in a file and shown in the card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from export.errors import NotReadable
from export.publish import publish
from server.inference.manifest import Interval
from train.artifact import TrainedModel
from train.evaluation.comparison import Comparison, Row, comparison_beside

FIGURE = Interval(0.8, 0.75, 0.85)


def row(classifier: str, p: float | None) -> Row:
    figures = dict.fromkeys(("accuracy", "roc_auc", "log_loss", "calibration_error"), FIGURE)
    return Row(classifier=classifier, **figures, p=p, seconds=1.25)


def comparison(data: str) -> Comparison:
    rows = (row("Gaussian naive Bayes", None), row("linear SVM", 1.0))
    return Comparison(data, "Ten folds.", "python -m train compare", rows)


def test_table_has_a_row_each_and_no_p_for_the_first() -> None:
    first, second = comparison("").table().splitlines()[2:]

    figures = " | ".join(["0.800 (0.750 to 0.850)"] * 4)
    assert first == f"| Gaussian naive Bayes | {figures} |  | 1.2 |"
    assert second == f"| linear SVM | {figures} | 1.000 | 1.2 |"


@pytest.mark.parametrize("same", [True, False])
def test_card_shows_what_was_compared_on_the_same_data(
    trained: TrainedModel, tmp_path: Path, same: bool
) -> None:
    kept = comparison(trained.data.sha256 if same else "of other data")
    kept.write(tmp_path / "m.compare.json")

    publish(replace(trained, reviews=trained.texts[:20]), tmp_path / "m.onnx", "make train")

    card = (tmp_path / "m.md").read_text()
    assert (kept.table() in card) == same
    assert ("$ python -m train compare\n" in card) == same


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    kept = comparison("data")
    kept.write(tmp_path / "m.compare.json")

    assert comparison_beside(tmp_path / "m.onnx", "data") == kept
    assert comparison_beside(tmp_path / "other.onnx", "data") is None


def test_file_that_compare_did_not_write_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.compare.json").write_text('{"rows": []}')

    with pytest.raises(NotReadable, match=r"m\.compare\.json is no comparison of classifiers"):
        comparison_beside(tmp_path / "m.onnx", "data")
