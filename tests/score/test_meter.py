from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pytest
from tqdm import tqdm

from addsup.score.counts import Counts, Meter
from addsup.tables.listing import find_sources
from addsup.tables.storage import open_source


def test_labels_and_errors_are_in_words() -> None:
    counts = Counts(4, {"good": 2, "bad": 1}, {"empty_text": 1})

    assert str(counts) == "bad 1, good 2; errors 25.00%"
    assert str(Counts()) == "no labels; errors 0.00%"


def test_rows_that_are_left_are_told_from_the_files_that_are_done() -> None:
    with tqdm(file=io.StringIO()) as bar:
        shown = Meter(bar, 1_000)

        shown.add(Counts(30, {"good": 30}))
        shown.passed(100)

        assert (bar.n, bar.total) == (30, 300)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_rows_that_are_left_of_one_file_are_told_from_its_bytes(tmp_path: Path, name: str) -> None:
    with pa.output_stream(tmp_path / name) as stream:
        stream.write(b"".join(b"%d,good\n" % (7**number) for number in range(3_000)))
    (source,) = find_sources(str(tmp_path / name))
    with (
        tqdm(file=io.StringIO()) as bar,
        open_source(Meter(bar, source.size).reading(source)) as it,
    ):
        bar.update(30)

        assert it.read(100_000)

        assert 30 < bar.total < 3_000
