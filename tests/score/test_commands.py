"""The command as people use it: whole files, interrupted, resumed, and with what goes wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from addsup.inference.model import Model
from tests.places import ROOT
from tests.score.conftest import MODEL, TEXTS, Score, read_csv, table, write_csv, write_parquet


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A folder of six Parquet files."""
    for number in range(6):
        write_parquet(tmp_path / "in" / f"{number}.parquet", TEXTS * 5, first=30 * number)
    return tmp_path / "in"


def summary(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_file_becomes_a_file(
    tmp_path: Path, score: Score, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [[f"{n:03}", text] for n, text in enumerate(TEXTS)]
    path = write_csv(tmp_path / "a.csv", rows, ["id", "text"])

    assert score(path, tmp_path / "out.csv") == 0

    found = read_csv(tmp_path / "out.csv")
    (expected,) = model.predict(TEXTS[:1])
    assert [row["id"] for row in found] == ["000", "001", "002", "003", "004", "005"]
    assert float(found[0]["probability"]) == expected.probability
    assert found[2]["error"] == "text_without_letters"
    told = summary(capsys)
    assert (told["rows"], told["model"]) == (6, model.version)
    assert told["labels"] == {"negative": 1, "positive": 2}


def test_folder_becomes_a_folder_that_says_when_it_is_whole(
    reviews: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(reviews, tmp_path / "out") == 0

    found = table(tmp_path / "out")
    assert found["id"].to_pylist() == list(range(180))
    success = json.loads((tmp_path / "out" / "_SUCCESS").read_text())
    assert success == summary(capsys)
    assert success["rows"] == 180


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_give_the_same(
    reviews: Path, tmp_path: Path, score: Score, processes: int
) -> None:
    """Two get whole files, four share the batches; a file that cannot be read stops neither."""
    (reviews / "3.parquet").write_bytes(b"PAR1")
    assert score(reviews, tmp_path / "one", "--explain", "2") == 1

    assert score(reviews, tmp_path / "many", "--explain", "2", processes=processes) == 1

    assert table(tmp_path / "many") == table(tmp_path / "one")
    assert len(table(tmp_path / "one")) == 150


def test_parts_of_a_large_parquet_file_hold_every_row_once(
    tmp_path: Path, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "in" / "a.parquet", TEXTS[:1] * 10, row_group_size=2)
    monkeypatch.setattr("addsup.tables.parquet.BYTES_A_TASK", path.stat().st_size // 3 + 1)

    assert score(tmp_path / "in", tmp_path / "out") == 0

    names = sorted(each.name for each in (tmp_path / "out").glob("*.parquet"))
    assert names == [f"a.part-0000{number}-of-00003.parquet" for number in (1, 2, 3)]
    assert table(tmp_path / "out")["id"].to_pylist() == list(range(10))


def test_column_with_the_name_of_a_result_is_refused_with_the_way_out(
    tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "a.csv", [["good", 1]], ["text", "label"])

    assert score(path, tmp_path / "out.csv") == 1
    assert re.search(r'column "label" .* --prefix .* --keep', capsys.readouterr().err)
    assert score(path, tmp_path / "out.csv", "--keep", "") == 0


def test_other_format_is_written_where_it_is_asked_for(
    reviews: Path, tmp_path: Path, score: Score
) -> None:
    assert score(f"{reviews}/[01].parquet", tmp_path / "out", "--format", "jsonl") == 0

    lines = (tmp_path / "out" / "1.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["label"] == "positive"
    assert {each.name for each in (tmp_path / "out").glob("*.jsonl")} == {"0.jsonl", "1.jsonl"}


def test_standard_input_goes_to_standard_output() -> None:
    command = [sys.executable, "-m", "addsup", "score", MODEL, "-", "-", "--quiet"]
    ended = subprocess.run(
        [*command, "--input-format", "jsonl", "--processes", "1"],
        input='{"review": "A great film."}\n{"review": null}\n',
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [row["label"] for row in rows] == ["positive", None]
    assert json.loads(ended.stderr)["errors"] == {"missing_text": 1}


def test_file_that_cannot_be_read_is_named_and_made_by_the_same_command_once_it_can(
    reviews: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, out = reviews / "3.parquet", tmp_path / "out"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:200])

    assert score(reviews, out) == 1

    printed = capsys.readouterr()
    assert "3.parquet cannot be read" in printed.err
    assert json.loads(printed.out)["failed"].keys() == {"3.parquet"}
    assert not (out / "_SUCCESS").exists()
    done = {each.name: each.stat().st_ino for each in out.glob("*.parquet")}
    assert len(done) == 5
    broken.write_bytes(whole)
    assert score(reviews, out) == 0
    assert done.items() <= {each.name: each.stat().st_ino for each in out.iterdir()}.items()
    assert table(out)["id"].to_pylist() == list(range(180))


def test_first_such_file_ends_it_where_that_is_asked_for(
    reviews: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    (reviews / "0.parquet").write_bytes(b"PAR1 and nothing")

    assert score(reviews, tmp_path / "out", "--fail-fast") == 1

    assert capsys.readouterr().err.startswith("addsup score: 0.parquet cannot be read")


def test_row_of_ten_megabytes_is_an_error_in_its_place(tmp_path: Path, score: Score) -> None:
    rows = [["good " * 2_000_000], ["A great film."]]
    path = write_csv(tmp_path / "a.csv", rows, ["text"])

    assert score(path, tmp_path / "out.csv") == 0

    found = read_csv(tmp_path / "out.csv")
    assert [(row["error"], row["label"]) for row in found] == [
        ("text_too_long", ""),
        ("", "positive"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("{in}", "{out}.csv"), "has 6 files, and .* is one: give a folder"),
        (("{in}", "-"), "Several files go into a folder"),
        (("{in}/none.csv", "{out}"), "is not there"),
        (("{in}", "{out}", "--text-column", "body"), 'no column "body"; it has "id", "text"'),
        (("{in}", "{in}/out"), "is in the folder that is read, and the next run would read its"),
        (("{in}/**", "{in}/out"), "is in the folder that is read"),
        (("{in}/0.parquet", "{in}/0.parquet"), "holds, the input 0.parquet, which results must"),
        (("{in}", "{in}/.."), "holds, the input 0.parquet, which results must not replace"),
        (("-", "{out}", "--scheduler", "tcp://h:1"), "cannot read this machine's standard input"),
        (
            ("{in}/0.parquet", "{out}.csv", "--scheduler", "tcp://h:1"),
            r"DASK_SCHEDULER_ADDRESS\) scores files into a folder",
        ),
        (("{in}", "{out}", "--scheduler", "tls://127.0.0.1:1"), "tls://127.0.0.1:1 .* TLS expects"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    reviews: Path,
    tmp_path: Path,
    score: Score,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    places = {"in": reviews, "out": tmp_path / "out"}

    assert score(*(each.format(**places) for each in arguments)) == 1

    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert re.search(says, error)
