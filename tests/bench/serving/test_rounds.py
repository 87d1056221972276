"""Who is left out, and when all of it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.errors import BenchmarkError, BenchmarkFailed, PeerNotInstalled
from bench.machine import Processors
from bench.serving import rounds, wrk
from bench.serving.contenders import CEILING, FASTAPI, SERVER, Contender
from bench.serving.rounds import Round

OneRound = Callable[[Contender, object, int], Round]


def all_but(failing: Contender, error: BenchmarkError) -> OneRound:
    def one_round(contender: Contender, _workloads: object, _seconds: int) -> Round:
        if contender is failing:
            raise error
        return Round(0.3, 100, {})

    return one_round


@pytest.fixture(autouse=True)
def any_wrk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrk, "wrk", lambda: "wrk")


@pytest.mark.parametrize("error", [PeerNotInstalled("No network."), BenchmarkFailed("No answer.")])
def test_peer_that_cannot_be_measured_is_left_out_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, error: BenchmarkError
) -> None:
    monkeypatch.setattr(rounds, "one_round", all_but(FASTAPI, error))

    results = rounds.measure([SERVER, FASTAPI, CEILING], [], rounds=2, seconds=1)

    assert {name: len(each) for name, each in results.rounds.items()} == {"server": 2, "ceiling": 2}
    assert results.absent == {"fastapi": f"fastapi ({str(error).rstrip('.')})"}


def test_peers_are_left_in_peace_after_the_first_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "one_round", lambda *_: Round(0.3, 100, {}))

    results = rounds.measure([SERVER, FASTAPI], [], rounds=5, seconds=1)

    assert {name: len(each) for name, each in results.rounds.items()} == {"server": 5, "fastapi": 3}
    assert results.ratio("server", "fastapi", rounds.cold_start) == 1


@pytest.mark.parametrize("contender", [SERVER, CEILING], ids=lambda each: each.name)
def test_nothing_is_measured_without_the_server_or_plain_flask(
    monkeypatch: pytest.MonkeyPatch, contender: Contender
) -> None:
    monkeypatch.setattr(rounds, "one_round", all_but(contender, BenchmarkFailed("No answer.")))

    with pytest.raises(BenchmarkFailed):
        rounds.measure([SERVER, CEILING], [], rounds=1, seconds=1)


def disturb(monkeypatch: pytest.MonkeyPatch, stolen: list[int]) -> None:
    """Let so many percent of the processor time be stolen in one round after the other."""
    clock = [Processors(0, 0, 0, 0)]
    for percent in stolen:
        last = clock[-1]
        clock += [last, Processors(last.there + 100, 0, last.stolen + percent, 0)]
    monkeypatch.setattr(Processors, "now", iter(clock[1:]).__next__)
    monkeypatch.setattr(rounds, "one_round", lambda *_: Round(0.3, 100, {}))


def test_a_round_that_the_machine_has_spoilt_is_measured_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disturb(monkeypatch, [0, 30, 0])

    results = rounds.measure([SERVER, CEILING], [], rounds=2, seconds=1)

    assert {name: len(each) for name, each in results.rounds.items()} == {"server": 2, "ceiling": 2}
    assert (results.others, results.discarded) == ([0, 0], [0.3])


def test_a_machine_that_is_never_calm_is_measured_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disturb(monkeypatch, [20] * (2 + rounds.MOST_REPEATED))

    results = rounds.measure([SERVER], [], rounds=2, seconds=1)

    assert results.others == [0.2, 0.2]
    assert results.discarded == [0.2] * rounds.MOST_REPEATED
