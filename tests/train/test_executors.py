"""Work is dealt out to processes or a cluster, with the same results in the same order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from addsup.train import executors
from addsup.train.errors import BadData, TrainError
from addsup.train.executors import executor_at, in_parallel, merge_as_tree
from tests.clusters import Cluster, running_cluster
from tests.live import free_port

#: Expressions, for other processes cannot import tests: which process it is, and a square.
SQUARES = [f"(__import__('os').getpid(), {number} ** 2)" for number in range(6)]


@dataclass(frozen=True)
class Named:
    """The shape of the merges, as text."""

    shape: str

    def merged(self, other: Named) -> Named:
        return Named(f"({self.shape}{other.shape})")


def refused(name: str) -> str:
    if name == "b":
        raise BadData("b.csv is bad.")
    return name


@dataclass(frozen=True)
class DiesOnce:
    """Kills its process the first time."""

    marker: Path

    def __call__(self, name: str) -> str:
        if name == "c" and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return name


def dies(name: str) -> str:
    if name != "a":
        os.kill(os.getpid(), signal.SIGKILL)
    return name


@pytest.fixture
def long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have items dealt out, however little there is to do."""
    monkeypatch.setattr(executors, "SECONDS", 0.0)
    monkeypatch.setattr(executors, "processors", lambda: 2)


@pytest.mark.parametrize(
    ("letters", "shape"),
    [("a", "a"), ("ab", "(ab)"), ("abc", "((ab)c)"), ("abcdefg", "(((ab)(cd))((ef)g))")],
)
def test_results_are_merged_as_a_tree_in_their_order(letters: str, shape: str) -> None:
    assert merge_as_tree(map(Named, letters)).shape == shape


def test_little_work_stays_in_this_process() -> None:
    assert list(in_parallel(eval, SQUARES)) == [(os.getpid(), n * n) for n in range(6)]


@pytest.mark.usefixtures("long_work")
@pytest.mark.parametrize("alone", [False, True])
def test_much_work_is_dealt_out_in_order(alone: bool) -> None:
    results = list(in_parallel(eval, SQUARES, alone=alone))

    assert [square for _, square in results] == [n * n for n in range(6)]
    assert ({process for process, _ in results} == {os.getpid()}) == alone


@pytest.mark.slow
@pytest.mark.usefixtures("long_work")
def test_process_that_is_killed_ends_the_work_with_a_sentence() -> None:
    with pytest.raises(TrainError, match="A process was killed, perhaps for want of memory"):
        list(in_parallel(eval, ["1", *["__import__('os').kill(__import__('os').getpid(), 9)"] * 2]))


def test_error_of_an_item_ends_the_work() -> None:
    with pytest.raises(BadData, match=r"b\.csv is bad"):
        list(in_parallel(refused, "abc"))


@pytest.mark.slow
def test_scheduler_that_does_not_answer_is_named() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"

    with (
        pytest.raises(TrainError, match=f"The scheduler {address} does not answer"),
        executor_at(address),
    ):
        pass


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as running:
        yield running


@pytest.mark.slow
def test_cluster_gives_the_results_in_order_and_errors_of_items(cluster: Cluster) -> None:
    with executor_at(cluster.address) as there:
        assert list(there(refused, "acdeg")) == list("acdeg")
        with pytest.raises(BadData, match=r"b\.csv is bad"):
            list(there(refused, "abc"))


@pytest.mark.slow
def test_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    with running_cluster() as running, executor_at(running.address) as there:
        found = list(there(DiesOnce(tmp_path / "killed"), "abcde"))
        gone = [worker for worker in running.workers if worker.poll() is not None]

    assert found == list("abcde")
    assert len(gone) == 1


@pytest.mark.slow
def test_cluster_that_dies_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE", 2.0)
    with (
        running_cluster() as running,
        executor_at(running.address) as there,
        pytest.raises(TrainError, match="The cluster was lost"),
    ):
        list(there(dies, "abcde"))
