"""Evaluation in words."""

from __future__ import annotations

from addsup.export.report.evaluation_text import report, section
from addsup.export.tools.evaluation import Drift, Evaluation
from addsup.inference.manifest import EvidenceGroup, Interval
from msgspec import UNSET

FIGURE = Interval(0.5, 0.25, 0.75)
FOUND = Evaluation(
    model="0" * 64,
    name="mail.csv",
    data="1" * 64,
    texts=1234,
    seen=True,
    coverage=0.9,
    accuracy=FIGURE,
    log_loss=FIGURE,
    calibration_error=FIGURE,
    roc_auc=UNSET,
    reliability=(),
    by_evidence=(EvidenceGroup(3, 4, 7, 0.5, 0.6, 0.7),),
    unknown_words=Drift(0.25, None),
    words=Drift(5.0, 7.25),
    unread_letters=0.0,
    labels={"a": Drift(0.5, 0.75)},
)


def test_the_terminal_is_told_all_of_it() -> None:
    said = list(report(FOUND))

    assert said[1] == "The model was fitted on this very file, so these figures flatter it."
    assert "  accuracy                    0.500 (0.250 to 0.750)" in said
    assert not any("ROC" in line for line in said), "there is none"
    assert "  3 to 4  right 0.500, sure 0.600, log loss 0.700 (7 texts)" in said
    assert "  unknown words  25.0 % here, not known there" in said
    assert "  share of a     50.0 % here, 75.0 % there" in said


def test_the_card_has_a_row_for_each_and_no_section_without() -> None:
    text = section({"m.evaluation.mail": FOUND, "m.evaluation.more": FOUND})

    assert text.startswith("## On other data\n")
    assert text.count("| mail.csv | 1,234 | 0.500 (0.250 to 0.750) |  | ") == 2
    assert "![Reliability on mail.csv](m.evaluation.more.svg)\n" in text
    assert section({}) == ""
