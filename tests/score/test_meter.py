from __future__ import annotations

import io

from tqdm import tqdm

from addsup.score.counts import Counts
from addsup.score.meter import Meter, in_words


def test_labels_and_errors_are_in_words() -> None:
    counts = Counts(4, {"good": 2, "bad": 1}, {"empty_text": 1})

    assert in_words(counts) == "bad 1, good 2; errors 25.00%"
    assert in_words(Counts()) == "no labels; errors 0.00%"


def test_rows_that_are_left_are_told_from_the_files_that_are_done() -> None:
    with tqdm(file=io.StringIO()) as bar:
        shown = Meter(bar, 1_000)

        shown.add(Counts(30, {"good": 30}))
        shown.finish(100, 30)

        assert (bar.n, bar.total) == (30, 300)
