"""A cluster as people have one: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from addsup.inference.errors import AddsupError
from addsup.score.cluster import connect
from addsup.score.engine import run_on_cluster
from tests.clusters import Cluster, running_cluster
from tests.live import free_port, until
from tests.places import ROOT
from tests.score.conftest import MODEL, TEXTS, Score, table, write_parquet

pytestmark = pytest.mark.slow

FILES, ROWS = 8, 1_000


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    for number in range(FILES):
        texts = [" ".join(TEXTS * 20)] * ROWS
        write_parquet(tmp_path / "in" / f"{number}.parquet", texts, first=ROWS * number)
    return tmp_path / "in"


def start(reviews: Path, out: Path, address: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "addsup", "score", MODEL, reviews, out, "--quiet"]
    return subprocess.Popen(
        [*command, "--scheduler", address],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("killed", ["a worker", "both workers"])
def test_cluster_gives_what_one_process_gives_whoever_dies(
    cluster: Cluster, reviews: Path, tmp_path: Path, score: Score, killed: str
) -> None:
    assert score(reviews, tmp_path / "one") == 0
    running = start(reviews, tmp_path / "out", cluster.address)
    victims = {"a worker": 1, "both workers": 2}[killed]
    until(lambda: any((tmp_path / "out").glob("*.parquet")), lambda: "nothing is done")
    for worker in cluster.workers[:victims]:
        worker.send_signal(signal.SIGKILL)
    if killed == "both workers":
        cluster.add_worker()  # to which the model has to travel again

    printed, errors = running.communicate()

    assert running.returncode == 0, errors
    assert json.loads(printed)["rows"] == FILES * ROWS
    assert table(tmp_path / "out") == table(tmp_path / "one")
    assert (tmp_path / "out" / "_SUCCESS").exists()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_command_that_dies_before_its_first_part_goes_on_on_the_same_cluster(
    cluster: Cluster, reviews: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    out = tmp_path / "out"
    running = start(reviews, out, cluster.address)
    until((out / "_progress.json").exists, lambda: "nothing has begun")
    running.send_signal(sign)
    running.communicate()
    assert not (out / "_SUCCESS").exists()

    printed, errors = start(reviews, out, cluster.address).communicate()

    assert json.loads(printed)["rows"] == FILES * ROWS, errors
    assert table(out)["id"].to_pylist() == list(range(FILES * ROWS))
    assert [each.name for each in out.iterdir() if each.name.startswith(".")] == []


def test_command_goes_on_after_the_cluster_has_died(
    cluster: Cluster, reviews: Path, tmp_path: Path, score: Score
) -> None:
    out = tmp_path / "out"
    running = start(reviews, out, cluster.address)
    until(lambda: any(out.glob("*.parquet")), lambda: "nothing is done")
    cluster.scheduler.send_signal(signal.SIGKILL)
    for worker in cluster.workers:
        worker.send_signal(signal.SIGKILL)

    _, errors = running.communicate(timeout=120)

    assert running.returncode == 1
    assert "the same command goes on from there" in errors
    assert "Traceback" not in errors
    assert score(reviews, out) == 0
    assert table(out)["id"].to_pylist() == list(range(FILES * ROWS))


def test_scheduler_that_does_not_answer_is_one_sentence(
    reviews: Path, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"

    assert score(reviews, tmp_path / "out", "--scheduler", address) == 1

    error = capsys.readouterr().err
    assert f"The scheduler {address} (--scheduler or DASK_SCHEDULER_ADDRESS) does not" in error


def test_cluster_that_dies_before_it_has_the_model_is_one_sentence(cluster: Cluster) -> None:
    with connect(cluster.address, quiet=True) as client:
        for process in (cluster.scheduler, *cluster.workers):
            process.send_signal(signal.SIGKILL)
            process.wait()

        with pytest.raises(AddsupError, match="The cluster ended"):
            next(run_on_cluster([], Any, Any, client, b"model", print))  # type: ignore[arg-type]


def test_file_that_cannot_be_read_is_named_and_the_others_are_scored(
    cluster: Cluster, tmp_path: Path, score: Score, capsys: pytest.CaptureFixture[str]
) -> None:
    write_parquet(tmp_path / "in" / "a.parquet", TEXTS)
    (tmp_path / "in" / "b.parquet").write_bytes(b"PAR1 and nothing else")

    assert score(tmp_path / "in", tmp_path / "out", "--scheduler", cluster.address) == 1

    assert "addsup score: b.parquet cannot be read" in capsys.readouterr().err
    assert len(table(tmp_path / "out")) == len(TEXTS)


def test_cluster_without_workers_is_one_sentence(
    reviews: Path,
    tmp_path: Path,
    score: Score,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("addsup.score.cluster.PATIENCE", 1.0)

    with running_cluster(workers=0) as empty:
        assert score(reviews, tmp_path / "out", "--scheduler", empty.address) == 1

    assert "addsup score: The cluster has no workers: start some" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("paused", "All 2 workers of the cluster are paused, as they have no memory left"),
        ("older", r"has Python 3\.\d+ and addsup 1\.0, this machine Python"),
        ("without the project", r"has Python 3\.\d+ and no addsup, this machine Python"),
    ],
)
def test_workers_that_cannot_do_it_are_one_sentence(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, trouble: str, says: str
) -> None:
    monkeypatch.setattr("addsup.score.cluster.PATIENCE", 1.0)
    with connect(cluster.address, quiet=True) as client:
        client.wait_for_workers(2)
        client.run(make_worse, trouble)
        if trouble == "paused":
            until(lambda: not running(client), lambda: "a worker takes tasks")

        with pytest.raises(AddsupError, match=says):
            next(run_on_cluster([], Any, Any, client, b"model", print))  # type: ignore[arg-type]


def running(client: Any) -> list[Any]:
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return [worker for worker in workers if worker["status"] == "running"]


def make_worse(trouble: str, dask_worker: Any) -> None:
    """Bring a worker into *trouble*."""
    from distributed import Status, versions

    if trouble == "paused":
        dask_worker.memory_manager.memory_pause_fraction = False
        dask_worker.status = Status.paused
    else:
        real = versions._version_cached
        there = "1.0" if trouble == "older" else None
        versions._version_cached = lambda name: there if name == "addsup" else real(name)
