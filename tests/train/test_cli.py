"""The command line of training."""

from __future__ import annotations

from pathlib import Path

import pytest
from addsup.train.cli import parse
from addsup.train.tuning.bounds import Bounds, machine_memory


def test_without_a_word_the_article_s_sentences_are_trained_on() -> None:
    options = parse([])

    assert (options.task, options.data, options.classifier) == ("train", None, "gaussian")
    assert (options.tune, options.repeats, options.seed) == (True, None, 0)
    assert options.typed == "addsup train"


def test_what_was_typed_can_be_typed_again() -> None:
    options = parse(["compare", "--data", "my mail.csv", "--no-tune", "--repeats", "0"])

    assert (options.task, options.data) == ("compare", "my mail.csv")
    assert (options.tune, options.repeats) == (False, 0)
    assert options.typed == "addsup compare --data 'my mail.csv' --no-tune --repeats 0"


def test_bounds_are_read_with_their_units() -> None:
    bounds = parse(["--max-terms", "900", "--max-memory", "1.5G", "--max-minutes", "0.5"]).bounds

    assert bounds == Bounds(900, 1_500_000_000, 0.5)
    assert parse(["--max-memory", "800MB"]).bounds.memory == 800_000_000
    assert parse([]).bounds == Bounds(50_000, machine_memory() // 2, 10)


@pytest.mark.parametrize(
    "words",
    [
        ["--repeats", "-1"],
        ["--classifier", "forest"],
        ["evaluate"],
        ["--max-terms", "0"],
        ["--max-memory", "much"],
        ["--max-minutes", "inf"],
        ["--metric", "f1"],
    ],
)
def test_a_wrong_command_line_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(words)

    assert words[-1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([], False),
        (["--data", "mail.csv"], False),
        (["--data", "-"], False),
        (["--data", "https://example.org/mail.csv"], False),
        (["--data", "mail/*.csv"], True),
        (["--data", "s3://bucket/mail/"], True),
        (["--data", "mail.csv", "--scheduler", "tcp://10.0.0.1:8786"], True),
    ],
)
def test_many_files_addresses_and_clusters_are_out_of_core(
    typed: list[str], expected: bool
) -> None:
    assert parse(typed).is_out_of_core is expected


def test_folders_are_out_of_core_and_files_with_a_wild_name_are_not(tmp_path: Path) -> None:
    (tmp_path / "mail[1].csv").touch()

    assert parse(["--data", str(tmp_path)]).is_out_of_core
    assert not parse(["--data", str(tmp_path / "mail[1].csv")]).is_out_of_core
