from __future__ import annotations

import io
from pathlib import Path

import pytest

from bench.scale.streaming import Feeder, Sample, growth, measure, plot


def samples(*megabytes: float) -> list[Sample]:
    return [Sample(float(i), i, each) for i, each in enumerate(megabytes)]


def test_every_row_that_is_made_is_scored(tmp_path: Path) -> None:
    seconds, found = measure(2_500, tmp_path / "labels.parquet")

    assert seconds > 0
    assert all(each.megabytes > 0 for each in found)


def test_feeder_numbers_the_rows() -> None:
    class Kept(io.BytesIO):
        def close(self) -> None:
            pass

    stream = Kept()
    Feeder(stream, 12_000).run()

    lines = stream.getvalue().splitlines()
    assert lines[0] == b"id,text"
    assert [line.split(b",")[0] for line in lines[1:]] == [b"%d" % i for i in range(12_000)]


def test_growth_is_the_last_tenth_by_the_second() -> None:
    assert growth(samples(1, *[10] * 18, 15)) == pytest.approx(1.5)


def test_plot_is_a_picture() -> None:
    assert plot(samples(1, 2, 3)).startswith(b"<?xml")
