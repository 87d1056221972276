"""Results as text for the terminal."""

from __future__ import annotations

from addsup.inference.manifest import EvidenceGroup, Figures, HeldOut, Interval
from addsup.train.evaluation import console_report


def test_the_confusion_matrix_is_a_table_with_its_labels() -> None:
    shown = console_report.confusion_text(HeldOut(10, 0.7, ((4, 1), (2, 3))), ["ham", "spam"])

    assert shown.splitlines() == [
        "Confusion matrix (rows: true, columns: predicted)",
        "         ham  spam",
        "  ham      4     1",
        "  spam     2     3",
        "Accuracy: 0.7000",
    ]


def test_data_are_counted_by_label() -> None:
    assert console_report.data_text("mail.csv", ["b", "a", "b"]) == "mail.csv: 3 texts (1 a, 2 b)"


def test_figures_come_with_their_intervals_and_those_that_are_missing_do_not() -> None:
    found = Figures(
        protocol="One split.",
        held_out=HeldOut(1, 1.0, ((1, 0), (0, 0))),
        accuracy=Interval(0.8125, 0.7, 0.9),
        f1={"a": Interval(0.5, 0.4, 0.6)},
    )

    assert console_report.figures_text(found).splitlines() == [
        "One split.",
        "  accuracy  0.812 (0.700 to 0.900)",
        "  F1 of a   0.500 (0.400 to 0.600)",
    ]


def test_confidence_is_told_by_known_terms() -> None:
    groups = [EvidenceGroup(1, 1, 60, 0.75, 0.81, 0.5), EvidenceGroup(10, None, 9, 0.9, 0.8, 0.3)]

    assert console_report.evidence_text(groups).splitlines()[1:] == [
        "  1           right 0.750, sure 0.810, log loss 0.500 (60 predictions)",
        "  10 or more  right 0.900, sure 0.800, log loss 0.300 (9 predictions)",
    ]


def test_settings_stand_on_one_line() -> None:
    assert console_report.settings_text({"C": 1.0, "seed": 0}) == "C=1.0, seed=0"
