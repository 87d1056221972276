from __future__ import annotations

from pathlib import Path

import pytest

from addsup.score.counts import Counts
from addsup.score.engine import run_here
from addsup.score.tasks import Done, Job, Task, plan_parts
from addsup.tables.listing import find_sources
from addsup.tables.storage import place_of
from tests.score.conftest import MODEL, TEXTS, write_parquet


@pytest.fixture
def tasks(tmp_path: Path, job: Job) -> list[Task]:
    for number in range(5):
        write_parquet(tmp_path / "in" / f"{number}.parquet", TEXTS)
    (tmp_path / "in" / "2.parquet").write_bytes(b"PAR1")
    return plan_parts(find_sources(str(tmp_path / "in")), job)


@pytest.mark.parametrize("processes", [0, 2, 4])
def test_every_task_is_done_once_or_says_why_not(
    tasks: list[Task], tmp_path: Path, job: Job, processes: int
) -> None:
    """Two processes get whole tasks, four the batches, none is this process."""
    seen: list[Counts] = []
    out = place_of(str(tmp_path / "out"))

    outcomes = run_here(tasks, out, job, MODEL, processes, seen.append)
    found = {task.part: outcome for task, outcome in outcomes}

    assert len(found) == 5
    assert "2.parquet cannot be read" in str(found.pop("2.parquet"))
    assert [each.counts.rows for each in found.values() if isinstance(each, Done)] == [
        len(TEXTS)
    ] * 4
    assert sum(seen, Counts()).rows == 4 * len(TEXTS)
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 4
