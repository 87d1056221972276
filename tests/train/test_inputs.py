"""Inputs of the commands."""

from __future__ import annotations

from pathlib import Path

from addsup.train.cli import parse
from addsup.train.inputs import read


def test_a_file_and_its_test_are_read_by_the_columns_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body,kind\nfine,good\npoor,bad\n")
    (tmp_path / "b.csv").write_text("body,kind\nnice,good\nugly,bad\n")
    options = parse([
        *("--data", str(tmp_path / "a.csv"), "--test-data", str(tmp_path / "b.csv")),
        *("--text-column", "body", "--label-column", "kind"),
    ])  # fmt: skip

    found = read(options)

    assert found.labelled.texts == ["fine", "poor"]
    assert found.test and found.test.texts == ["nice", "ugly"]
