"""Work is dealt out to processes or a cluster, with the same results in the same order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from addsup.train import parallel
from addsup.train.errors import BadData, TrainError
from addsup.train.out_of_core.engines import engine_at, merge_as_tree, on_this_machine, run_pass
from addsup.train.out_of_core.parts import Part, parts_of
from addsup.train.parallel import in_parallel
from tests.clusters import Cluster as Running
from tests.clusters import running_cluster
from tests.live import free_port


@dataclass(frozen=True)
class Named:
    """The shape of the merges, as text."""

    shape: str

    def merged(self, other: Named) -> Named:
        return Named(f"({self.shape}{other.shape})")


def named(part: Part) -> Named:
    return Named(part.source.name[0])


def refused(part: Part) -> Named:
    if part.source.name.startswith("b"):
        raise BadData("b.csv is bad.")
    return named(part)


@dataclass(frozen=True)
class DiesOnce:
    """Kills its process the first time."""

    marker: Path

    def __call__(self, part: Part) -> Named:
        if part.source.name.startswith("c") and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return named(part)


def dies(part: Part) -> Named:
    if not part.source.name.startswith("a"):
        os.kill(os.getpid(), signal.SIGKILL)
    return named(part)


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    for name in "abcde":
        (tmp_path / f"{name}.csv").touch()
    return parts_of(str(tmp_path))


@pytest.fixture
def long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have parts dealt out, however little there is to do."""
    monkeypatch.setattr(parallel, "SECONDS", 0.0)
    monkeypatch.setattr(parallel, "processors", lambda: 2)


@pytest.mark.parametrize(
    ("letters", "shape"),
    [("a", "a"), ("ab", "(ab)"), ("abc", "((ab)c)"), ("abcdefg", "(((ab)(cd))((ef)g))")],
)
def test_results_are_merged_as_a_tree_in_their_order(letters: str, shape: str) -> None:
    assert merge_as_tree(map(Named, letters), Named.merged).shape == shape


def surveyed(letter: str) -> str:
    """Expression whose value is a survey with this digest; other processes cannot import tests."""
    names = "__import__('addsup.train.out_of_core.survey', fromlist=['Survey'])"
    return f"{names}.Survey(__import__('collections').Counter(), (b'{letter}',), ())"


KILL = "__import__('os').kill(__import__('os').getpid(), 9)"


@pytest.mark.usefixtures("long_work")
def test_processes_of_this_machine_merge_in_order() -> None:
    done: list[None] = []

    merged = run_pass(
        on_this_machine, eval, list(map(surveyed, "abcde")), lambda: done.append(None)
    )

    assert merged.digests == (b"a", b"b", b"c", b"d", b"e")
    assert len(done) == 5


@pytest.mark.slow
@pytest.mark.usefixtures("long_work")
def test_processes_that_die_of_it_end_with_a_sentence() -> None:
    with pytest.raises(TrainError, match="was killed, perhaps for want of memory"):
        run_pass(on_this_machine, eval, [surveyed("a"), KILL], int)


def test_error_of_a_part_ends_the_pass(parts: list[Part]) -> None:
    with pytest.raises(BadData, match=r"b\.csv is bad"):
        run_pass(on_this_machine, refused, parts, int)


@pytest.mark.slow
def test_scheduler_that_does_not_answer_is_named() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"

    with (
        pytest.raises(TrainError, match=f"The scheduler {address} does not answer"),
        engine_at(address),
    ):
        pass


@pytest.fixture(scope="module")
def cluster() -> Iterator[Running]:
    with running_cluster() as running:
        yield running


@pytest.mark.slow
def test_cluster_merges_as_this_machine_does(parts: list[Part], cluster: Running) -> None:
    done: list[None] = []
    with engine_at(cluster.address) as there:
        found = run_pass(there, named, parts, lambda: done.append(None))

    assert found == run_pass(on_this_machine, named, parts, int)
    assert len(done) == 5


@pytest.mark.slow
def test_error_of_a_part_comes_back_from_a_cluster(parts: list[Part], cluster: Running) -> None:
    with engine_at(cluster.address) as there, pytest.raises(BadData, match=r"b\.csv is bad"):
        run_pass(there, refused, parts, int)


@pytest.mark.slow
def test_worker_that_is_killed_loses_nothing(parts: list[Part], tmp_path: Path) -> None:
    with running_cluster() as running, engine_at(running.address) as there:
        found = run_pass(there, DiesOnce(tmp_path / "killed"), parts, int)
        gone = [worker for worker in running.workers if worker.poll() is not None]

    assert found.shape == "(((ab)(cd))e)"
    assert len(gone) == 1


@pytest.mark.slow
def test_cluster_that_dies_ends_with_a_sentence(parts: list[Part]) -> None:
    with (
        running_cluster() as running,
        engine_at(running.address) as there,
        pytest.raises(TrainError, match="The cluster was lost"),
    ):
        run_pass(there, dies, parts, int)


#: Expressions, for other processes cannot import tests: which process it is, and a square.
SQUARES = [f"(__import__('os').getpid(), {number} ** 2)" for number in range(6)]


def test_little_work_stays_in_this_process() -> None:
    assert list(in_parallel(eval, SQUARES)) == [(os.getpid(), n * n) for n in range(6)]


@pytest.mark.parametrize("alone", [False, True])
def test_much_work_is_dealt_out_in_order(alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "SECONDS", 0.0)
    monkeypatch.setattr(parallel, "processors", lambda: 2)

    results = list(in_parallel(eval, SQUARES, alone=alone))

    assert [square for _, square in results] == [n * n for n in range(6)]
    assert ({process for process, _ in results} == {os.getpid()}) == alone
