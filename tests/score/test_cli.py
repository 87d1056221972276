from __future__ import annotations

import pytest
from addsup.score.cli import parse


def test_defaults_keep_everything_but_the_text() -> None:
    options = parse(["m.onnx", "in/", "out/"])

    assert (options.keep, options.keep_text) == (None, False)
    assert (options.prefix, options.explain) == ("", 0)
    assert options.processes >= 1


def test_kept_columns_are_separated_by_commas() -> None:
    assert parse(["m.onnx", "a.csv", "b.csv", "--keep", "id,date"]).keep == ("id", "date")
    assert parse(["m.onnx", "a.csv", "b.csv", "--keep", ""]).keep == ()


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["--help"])

    assert end.value.code == 0
    assert "addsup score models/sentiment.onnx reviews.csv labels.csv" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--explain", "-1"], ["--format", "xml"], ["--processes", "x"]])
def test_wrong_option_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["m.onnx", "a.csv", "b.csv", *wrong])
    assert end.value.code == 2
