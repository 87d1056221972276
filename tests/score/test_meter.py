from __future__ import annotations

import io

import pytest
from addsup.score.counts import Counts
from addsup.score.meter import Meter, meter, said
from tqdm import tqdm


def test_labels_and_errors_are_said() -> None:
    counts = Counts(4, {"good": 2, "bad": 1}, {"empty_text": 1})

    assert said(counts) == "bad 1, good 2; errors 25.00%"
    assert said(Counts()) == "no labels; errors 0.00%"


def test_rows_that_are_left_are_told_from_the_files_that_are_done() -> None:
    with tqdm(file=io.StringIO()) as bar:
        shown = Meter(bar, 1_000)

        shown.saw(Counts(30, {"good": 30}))
        shown.finished(100, 30)

        assert (bar.n, bar.total) == (30, 300)


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with meter(10, quiet=True) as shown:
        shown.saw(Counts(1))

    assert capsys.readouterr().err == ""
