"""Comparison of classifiers: the test, the table, and the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addsup.inference.manifest import Interval
from addsup.train.errors import ComparisonFileError
from addsup.train.evaluation.comparison import (
    Comparison,
    Differences,
    Result,
    Row,
    comparison_of_model,
    mcnemar,
)
from addsup.train.evaluation.comparison import comparison_row as row_of
from addsup.train.metrics.figures import Fold


def compared(classifier: str, right: str) -> Result:
    """One repeat of two folds; a 1 in *right* for each review that is right."""
    truth = np.arange(len(right)) % 2
    predicted = np.where(np.array(list(right)) == "1", truth, 1 - truth)
    sure = np.eye(2)[predicted] * 0.8 + 0.1
    half = len(right) // 2
    parts = (np.arange(half), np.arange(half, len(right)))
    folds = tuple(Fold(rows, truth[rows], sure[rows], half) for rows in parts)
    return Result(classifier, folds, 1.5)


@pytest.mark.parametrize(
    ("ours", "theirs", "p"),
    [
        ("1111111111", "1111111111", 1.0),
        ("1111111100", "0000001111", 0.2890625),  # 6 against 2: twice the tail of a fair coin
        ("1111110000", "0000000000", 0.03125),
        ("1111100000", "0000011111", 1.0),
        ("1000000000", "0111111111", 22 / 1024),
    ],
)
def test_mcnemar_is_the_exact_binomial_test(ours: str, theirs: str, p: float) -> None:
    first, second = compared("gaussian", ours), compared("svm", theirs)

    assert mcnemar(first.right, second.right) == pytest.approx(p)
    assert mcnemar(second.right, first.right) == pytest.approx(p)


def test_a_review_counts_once_however_often_it_was_asked() -> None:
    first, second = compared("gaussian", "1111110000"), compared("svm", "0000000000")
    twice = [Result(each.classifier, each.folds * 2, 1.0) for each in (first, second)]

    assert mcnemar(twice[0].right, twice[1].right) == mcnemar(first.right, second.right)


FIGURE = Interval(0.8, 0.75, 0.85)


LITTLE = Interval(0.01, -0.01, 0.03)


def row(classifier: str, p: float | None, differences: Differences | None = None) -> Row:
    figures = dict.fromkeys(("accuracy", "roc_auc", "log_loss", "calibration_error"), FIGURE)
    return Row(classifier=classifier, **figures, p=p, seconds=1.25, differences=differences)


def comparison(data: str) -> Comparison:
    rows = (
        row("Gaussian naive Bayes", None),
        row("linear SVM", 1.0, Differences(LITTLE, Interval(0.02, 0.01, 0.03), LITTLE)),
        row("logistic regression", 0.5, Differences(LITTLE, LITTLE, LITTLE)),
    )
    return Comparison(data, "Ten folds.", "addsup compare", rows)


def test_table_has_a_row_each_then_the_differences_and_what_follows_from_them() -> None:
    figures, differences, words = comparison("").table().split("\n\n")

    row = " | ".join(["0.800 (0.750 to 0.850)"] * 4)
    assert figures.splitlines()[2] == f"| Gaussian naive Bayes | {row} | 1.2 |"
    little, more = "+0.010 (-0.010 to +0.030)", "+0.020 (+0.010 to +0.030)"
    assert differences.splitlines()[2] == f"| linear SVM | {little} | {more} | {little} | 1.000 |"
    assert words.splitlines() == [
        "- linear SVM ranks (ROC AUC) better than Gaussian naive Bayes, by more than chance.",
        "- logistic regression: no difference from Gaussian naive Bayes beyond chance.",
    ]


def test_differences_are_taken_fold_by_fold() -> None:
    first, second = compared("gaussian", "1100110001"), compared("svm", "1110110011")

    found = row_of(second, first, ("a", "b"), seed=0).differences

    assert found
    assert found.accuracy.mean == pytest.approx(0.2)
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((0.2, 0.2)), "equal folds"
    assert row_of(first, first, ("a", "b"), seed=0).differences is None


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    kept = comparison("data")
    kept.write(tmp_path / "m.compare.json")

    assert comparison_of_model(tmp_path / "m.onnx", "data") == kept
    assert comparison_of_model(tmp_path / "other.onnx", "data") is None


def test_file_that_compare_did_not_write_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.compare.json").write_text('{"rows": []}')

    with pytest.raises(
        ComparisonFileError, match=r"m\.compare\.json is no comparison of classifiers"
    ):
        comparison_of_model(tmp_path / "m.onnx", "data")
