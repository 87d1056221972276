from __future__ import annotations

from pathlib import Path

import pytest
from addsup.inference.model import Model
from addsup.score.counts import Counts
from addsup.score.errors import BadInput
from addsup.score.local import completed
from addsup.score.scorer import HereScorer, PoolScorer
from addsup.score.tasks import Job, Task, plan
from addsup.tables.storage import place_of, sources

from tests.score.conftest import MODEL, TEXTS, write_parquet


@pytest.fixture
def tasks(tmp_path: Path, job: Job) -> list[Task]:
    for number in range(5):
        write_parquet(tmp_path / "in" / f"{number}.parquet", TEXTS)
    (tmp_path / "in" / "2.parquet").write_bytes(b"PAR1")
    return list(plan(sources(str(tmp_path / "in")), job))


@pytest.mark.parametrize("processes", [0, 2, 4])
def test_every_task_is_done_once_or_says_why_not(
    tasks: list[Task], tmp_path: Path, job: Job, model: Model, processes: int
) -> None:
    """Two processes get whole tasks, four the batches, none is this process."""
    seen: list[Counts] = []
    wanted = job.wanted
    scorer = PoolScorer(MODEL, wanted, processes) if processes else HereScorer(model, wanted)
    found: dict[str, object] = {}

    for task, result in completed(tasks, place_of(str(tmp_path / "out")), job, scorer, seen.append):
        try:
            found[task.part] = result().rows
        except BadInput as error:
            found[task.part] = str(error)
    if isinstance(scorer, PoolScorer):
        scorer.pool.shutdown()

    assert len(found) == 5
    assert "2.parquet cannot be read" in str(found.pop("2.parquet"))
    assert set(found.values()) == {len(TEXTS)}
    assert sum(seen, Counts()).rows == 4 * len(TEXTS)
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 4
