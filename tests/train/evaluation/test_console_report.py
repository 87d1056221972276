"""Results as text for the terminal."""

from __future__ import annotations

from server.inference.manifest import Figures, HeldOut, Interval
from train.evaluation import console_report


def test_the_confusion_matrix_is_a_table_with_its_labels() -> None:
    shown = console_report.confusion(HeldOut(10, 0.7, ((4, 1), (2, 3))), ["ham", "spam"])

    assert shown.splitlines() == [
        "Confusion matrix (rows: true, columns: predicted)",
        "         ham  spam",
        "  ham      4     1",
        "  spam     2     3",
        "Accuracy: 0.7000",
    ]


def test_data_are_counted_by_label() -> None:
    assert console_report.data("mail.csv", ["b", "a", "b"]) == "mail.csv: 3 texts (1 a, 2 b)"


def test_figures_come_with_their_intervals_and_those_that_are_missing_do_not() -> None:
    found = Figures(
        protocol="One split.",
        held_out=HeldOut(1, 1.0, ((1, 0), (0, 0))),
        accuracy=Interval(0.8125, 0.7, 0.9),
        f1={"a": Interval(0.5, 0.4, 0.6)},
    )

    assert console_report.figures(found).splitlines() == [
        "One split.",
        "  accuracy           0.812 (0.700 to 0.900)",
        "  F1 of a            0.500 (0.400 to 0.600)",
    ]


def test_settings_stand_on_one_line() -> None:
    assert console_report.settings({"C": 1.0, "seed": 0}) == "C=1.0, seed=0"
