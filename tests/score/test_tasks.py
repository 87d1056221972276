from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.score.counts import Counts
from addsup.score.tasks import Job, Task, plan_parts, score_task, score_to_stream
from addsup.score.tasks import Score as Scorer
from addsup.tables import parquet
from addsup.tables.errors import BadTable
from addsup.tables.listing import find_sources
from addsup.tables.readers import Selection
from addsup.tables.storage import place_of
from tests.score.conftest import TEXTS, write_csv, write_parquet


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Parquet file of five row groups that counts as three tasks."""
    path = write_parquet(tmp_path / "in" / "a.parquet", TEXTS[:1] * 10, row_group_size=2)
    monkeypatch.setattr(parquet, "BYTES_A_TASK", path.stat().st_size // 3 + 1)
    return path


def test_large_parquet_file_becomes_several_tasks(large: Path, job: Job) -> None:
    planned = plan_parts(find_sources(str(large)), job)

    assert [task.groups for task in planned] == [(0, 1), (1, 3), (3, 5)]
    assert planned[0].part == "a.part-00001-of-00003.parquet"


def test_parts_of_a_large_file_hold_every_row_once(large: Path, job: Job, here: Scorer) -> None:
    out = place_of(str(large.parent.parent / "out"))

    for task in plan_parts(find_sources(str(large)), job):
        score_task(task, out, job, here, lambda _: None)

    parts = [pq.read_table(path) for path in sorted(Path(out.path).iterdir())]
    assert pa.concat_tables(parts)["id"].to_pylist() == list(range(10))


def test_other_files_are_one_task_each(tmp_path: Path, job: Job) -> None:
    write_csv(tmp_path / "a.csv", [["good"]], ["text"])
    write_csv(tmp_path / "b.csv", [["bad"]], ["text"])

    planned = plan_parts(find_sources(str(tmp_path)), replace(job, form="jsonl"))

    assert [(task.source.name, task.part) for task in planned] == [
        ("a.csv", "a.jsonl"),
        ("b.csv", "b.jsonl"),
    ]


def test_every_batch_is_told_of(tmp_path: Path, job: Job, here: Scorer) -> None:
    path = write_csv(tmp_path / "a.csv", [[text] for text in TEXTS], ["text"])
    (source,) = find_sources(str(path))
    seen: list[Counts] = []

    total = score_to_stream(Task(source, "a.csv"), io.BytesIO(), job, here, seen.append)

    assert [total] == seen
    assert total.rows == len(TEXTS)


def test_column_with_the_name_of_a_result_is_refused_with_the_way_out(
    tmp_path: Path, job: Job, here: Scorer
) -> None:
    path = write_csv(tmp_path / "a.csv", [["good", 1]], ["text", "label"])
    (source,) = find_sources(str(path))
    task = Task(source, "a.csv")

    with pytest.raises(BadTable, match=r'column "label" .* --prefix .* --keep'):
        score_to_stream(task, io.BytesIO(), job, here, lambda _: None)
    without = replace(job, selection=Selection(keep=()))
    assert score_to_stream(task, io.BytesIO(), without, here, lambda _: None).rows == 1
