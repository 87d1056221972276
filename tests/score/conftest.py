"""Files of texts to score."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.__main__ import main
from addsup.inference.model import Model
from addsup.score import engine
from addsup.score.columns import Wanted
from addsup.score.tasks import Job
from addsup.score.tasks import Score as Scorer
from addsup.server.settings import Settings
from addsup.tables.readers import Selection

MODEL = Settings().model_path
TEXTS = (
    "A wonderful film with great acting.",
    "Awful plot, bad acting.",
    "10/10",
    "",
    "Zxqv wvutq.",
    "Great na\u00efve \u0444\u0438\u043b\u044c\u043c",
)

Score = Callable[..., int]


@pytest.fixture(scope="session")
def model() -> Model:
    return Model.load(MODEL)


@pytest.fixture(scope="session")
def job(model: Model) -> Job:
    return Job(model.sha256, model.labels, Selection(), Wanted())


@pytest.fixture(scope="session")
def here(job: Job) -> Scorer:
    """What scores in this process."""
    engine.open_model(MODEL, job.model)
    return partial(engine.score_here, job)


@pytest.fixture
def score() -> Score:
    """Run the command in this process; its exit status."""

    def run(*arguments: str | Path, processes: int = 1) -> int:
        typed = [str(each) for each in arguments]
        return main(["score", str(MODEL), *typed, "--quiet", "--processes", str(processes)])

    return run


def write_csv(path: Path, rows: Sequence[Sequence[Any]], header: Sequence[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_parquet(path: Path, texts: Sequence[str | None], first: int = 0, **options: Any) -> Path:
    table = pa.table({"id": range(first, first + len(texts)), "text": list(texts)})
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def table(folder: Path) -> pa.Table:
    """All parts of an output, in the order of their names."""
    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.rglob("*.parquet")))
