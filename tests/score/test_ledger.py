"""What stands in a folder of results: every row once, whatever was there or ended the run."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import fs

from addsup.inference.errors import AddsupError
from addsup.score import tasks
from addsup.score.counts import Counts
from addsup.score.ledger import locked, open_ledger
from addsup.score.tasks import Done, Job, Task, score_task
from addsup.score.tasks import Score as Scorer
from addsup.tables.errors import BadTable
from addsup.tables.listing import find_sources
from addsup.tables.readers import Rows
from addsup.tables.storage import Place, place_of
from tests.places import ROOT
from tests.score.conftest import MODEL, TEXTS, Score, write_csv, write_parquet

#: The command, killed at the n-th line of the modules that touch the output.
DIES = """
import os, signal, sys
left = int(sys.argv.pop(1))
def trace(frame, event, argument):
    global left
    if not frame.f_code.co_filename.endswith(("ledger.py", "lock.py", "tasks.py", "storage.py")):
        return None
    if event == "line":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace
from addsup.__main__ import main
import addsup.score.commands
sys.settrace(trace)
sys.exit(main())
"""


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A folder of three files."""
    (tmp_path / "in").mkdir()
    for name in "abc":
        rows = [[f"{name}{number}", text] for number, text in enumerate(TEXTS)]
        write_csv(tmp_path / "in" / f"{name}.csv", rows, ["id", "text"])
    return tmp_path / "in"


def parts(out: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in out.rglob("*.csv")}


def is_whole(out: Path) -> bool:
    return (out / "_SUCCESS").exists()


def test_files_whose_names_differ_in_their_format_become_a_part_each(
    tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("text\ngood\nbad\n")
    (tmp_path / "in" / "a.tsv").write_text("text\tid\ngood\t1\nbad\t2\n")
    (tmp_path / "in" / "a.jsonl").write_text('{"text": "good"}\n')

    assert score(tmp_path / "in", tmp_path / "out", "--format", "jsonl", "--keep", "") == 0

    lines = [each.read_text().count("\n") for each in (tmp_path / "out").glob("*.jsonl")]
    assert sorted(lines) == [1, 2, 2]
    assert json.loads(capsys.readouterr().out)["rows"] == 5


@pytest.mark.parametrize("damage", ["deleted", "cut", "altered"])
def test_part_that_is_not_as_it_was_recorded_is_made_again(
    three: Path, tmp_path: Path, score: Score, damage: str
) -> None:
    out = tmp_path / "out"
    assert score(three, out) == 0
    whole = parts(out)
    content = whole["b.csv"]
    (out / "b.csv").write_bytes(content[:-40] if damage == "cut" else b"\0" * len(content))
    if damage == "deleted":
        (out / "b.csv").unlink()

    assert score(three, out) == 0

    assert parts(out) == whole


def test_file_that_became_bad_takes_the_sign_of_success_with_it(
    three: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert score(three, out) == 0
    (three / "b.csv").write_bytes(b"id,body,more\n1,2,3\n")

    assert score(three, out) == 1

    assert "b.csv does not say which column holds the text" in capsys.readouterr().err
    assert not is_whole(out)
    assert parts(out).keys() == {"a.csv", "c.csv"}


def test_file_that_changed_is_scored_again(
    three: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(three, tmp_path / "out") == 0
    with (three / "b.csv").open("a") as file:
        file.write("b9,a great film\n")
    capsys.readouterr()

    assert score(three, tmp_path / "out") == 0

    assert json.loads(capsys.readouterr().out)["rows"] == 3 * len(TEXTS) + 1
    assert b"b9" in parts(tmp_path / "out")["b.csv"]


def test_second_standard_input_into_a_folder_is_scored(
    tmp_path: Path, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("good", "bad"):
        typed = io.TextIOWrapper(io.BufferedReader(io.BytesIO(f"text\n{text}\n".encode())))
        monkeypatch.setattr(sys, "stdin", typed)
        assert score("-", tmp_path / "out", "--keep-text", "--input-format", "csv") == 0

    (part,) = (each for each in (tmp_path / "out").iterdir() if each.name[0] != "_")
    assert "bad" in part.read_text()


def test_same_command_with_columns_to_keep_finds_everything_done(
    three: Path, tmp_path: Path, score: Score
) -> None:
    with pa.output_stream(three / "d.csv.gz") as stream:
        stream.write(b"id,text\n1,good\n")
    assert score(three, tmp_path / "out", "--keep", "id") == 0
    first = {each.name: each.stat().st_ino for each in (tmp_path / "out").glob("*.csv*")}

    assert score(three, tmp_path / "out", "--keep", "id") == 0

    again = {each.name: each.stat().st_ino for each in (tmp_path / "out").glob("*.csv*")}
    assert again == first
    assert len(first) == 4


def test_wrong_option_does_not_lock_the_folder(three: Path, tmp_path: Path, score: Score) -> None:
    assert score(three, tmp_path / "out", "--text-column", "txet") == 1

    assert score(three, tmp_path / "out", "--text-column", "text") == 0


@pytest.mark.parametrize(
    ("was", "is_now", "says"),
    [('"model":"', '"model":"0', "the model 0"), ('"keep":null', '"keep":["id"]', "options ")],
)
def test_models_and_options_are_not_mixed(
    three: Path,
    tmp_path: Path,
    score: Score,
    capsys: pytest.CaptureFixture[str],
    was: str,
    is_now: str,
    says: str,
) -> None:
    assert score(three, tmp_path / "out") == 0
    progress = tmp_path / "out" / "_progress.json"
    progress.write_text(progress.read_text().replace(was, is_now))

    assert score(three, tmp_path / "out") == 1

    assert f"holds results of {says}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("thesis.tex", "", "is not empty (it has thesis.tex)"),
        ("_progress.json", "{", "_progress.json cannot be read"),
        ("_progress.json", '{"format":1}', "was begun by another version of addsup"),
    ],
)
def test_folder_of_something_else_is_left_alone(
    three: Path,
    tmp_path: Path,
    score: Score,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
    says: str,
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text(content)

    assert score(three, tmp_path / "out") == 1

    assert says in capsys.readouterr().err
    assert (tmp_path / "out" / name).read_text() == content


@pytest.mark.parametrize("name", ["out", "out.csv"])
def test_second_run_at_once_is_told_who_is_at_it(
    three: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    lock = tmp_path / "out" / "_lock" if name == "out" else tmp_path / ".out.csv.lock"

    with locked(place_of(str(lock)), name):
        assert score(three / "a.csv", tmp_path / name) == 1
    assert f"is being written by another run (process {os.getpid()} on " in capsys.readouterr().err

    assert score(three / "a.csv", tmp_path / name) == 0
    assert not lock.exists()


def test_lock_of_a_dead_process_is_taken_over(three: Path, tmp_path: Path, score: Score) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "_lock").write_text('{"host":"h","pid":1,"since":"2026-01-01"}')

    assert score(three, tmp_path / "out") == 0


def test_store_without_locks_refuses_another_command(tmp_path: Path) -> None:
    store = Place(fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem()), "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "a.csv").write_text("text\n")
    (source,) = find_sources(str(tmp_path / "a.csv"))
    done = Done("a.csv", 5, 0, "", Counts())

    with (
        pytest.raises(AddsupError, match="holds results of the model other, not this"),
        open_ledger(store, "this", {}) as ours,
        open_ledger(store, "other", {}) as theirs,
    ):
        theirs.note(Task(source, "a.csv"), done)
        ours.note(Task(source, "a.csv"), done)


def test_part_with_fewer_rows_than_its_file_does_not_count(
    tmp_path: Path, job: Job, here: Scorer
) -> None:
    path = write_csv(tmp_path / "a.csv", [["good"]] * 5_000, ["text"])
    (source,) = find_sources(str(path))
    out = tmp_path / "out"

    def forgetful(batches: Iterable[Rows]) -> Iterator[pa.RecordBatch]:
        yield from list(here(batches))[:-1]

    with pytest.raises(BadTable, match=r"a\.csv has 5000 rows, and \d{4} were scored"):
        score_task(Task(source, "a.csv"), place_of(str(out)), job, forgetful, lambda _: None)

    assert list(out.iterdir()) == []


def test_success_is_not_said_of_a_part_that_is_not_recorded(three: Path, tmp_path: Path) -> None:
    (source, *_) = find_sources(str(three))

    with (
        pytest.raises(AddsupError, match=r"lacks a\.csv"),
        open_ledger(place_of(str(tmp_path / "out")), "m", {}) as ledger,
    ):
        ledger.finish([Task(source, "a.csv")], b"{}")


def test_error_that_nobody_thought_of_ends_one_file(
    three: Path,
    tmp_path: Path,
    score: Score,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = tasks.read_batches

    def failing(source: object, *rest: object) -> object:
        return 1 / 0 if getattr(source, "name", "") == "b.csv" else real(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "read_batches", failing)

    assert score(three, tmp_path / "out") == 1

    assert "b.csv cannot be scored: ZeroDivisionError" in capsys.readouterr().err
    assert parts(tmp_path / "out").keys() == {"a.csv", "c.csv"}


def test_parts_of_a_file_that_is_cut_otherwise_now_are_deleted(
    tmp_path: Path, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "in" / "a.parquet", TEXTS[:1] * 10, row_group_size=2)
    monkeypatch.setattr("addsup.tables.parquet.BYTES_A_TASK", path.stat().st_size // 3 + 1)
    assert score(tmp_path / "in", tmp_path / "out") == 0
    monkeypatch.undo()

    assert score(tmp_path / "in", tmp_path / "out") == 0

    assert [each.name for each in (tmp_path / "out").glob("*.parquet")] == ["a.parquet"]


def test_run_that_is_killed_anywhere_goes_on_to_the_same_bytes(
    three: Path, tmp_path: Path, score: Score
) -> None:
    assert score(three, tmp_path / "once") == 0
    expected = parts(tmp_path / "once")
    out = tmp_path / "out"
    dies = [sys.executable, "-c", DIES]
    arguments = ["score", str(MODEL), str(three), str(out), "--quiet", "--processes", "1"]

    for line in (3, 40, 90, 160, 210, 260, 330):
        ended = subprocess.run(
            [*dies, str(line), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert not is_whole(out)

    assert score(three, out) == 0
    assert parts(out) == expected
    assert {each.name for each in out.iterdir()} == {*expected, "_SUCCESS", "_progress.json"}
