"""Interleaved rounds of all contenders, so that a noisy minute hits all of them alike.

In each round each contender is started, asked and stopped before the next one, alone: so every
round is a cold start as well, memory is shared with nobody, and connections land anew.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bench import processes
from bench.errors import BenchmarkFailed, NothingAnswered, PeerNotInstalled
from bench.machine import DISTURBED, Processors
from bench.serving import wrk
from bench.serving.contenders import Contender
from bench.serving.running import Running, running
from bench.workloads import Workload

WARM_UP = 1  # seconds
ROUNDS_OF_PEERS = 3
#: Rounds that may be measured again because the machine was disturbed.
MOST_REPEATED = 3


@dataclass(frozen=True, slots=True)
class Load:
    """One contender under one workload in one round.

    Attributes:
        requests_a_second: answered, all of them with success.
        p50: milliseconds within which half of the answers came.
        p99: and 99 of 100.
        cpu: milliseconds of CPU time a request, of all processes of the server.
    """

    requests_a_second: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Round:
    """One contender in one round.

    Attributes:
        cold_start: seconds from its start to its first correct prediction.
        memory: megabytes (PSS) of all its processes after the single reviews.
        loads: key of a workload -> what was seen.
        private: megabytes (USS) of all its processes, at the same time.
    """

    cold_start: float
    memory: float
    loads: dict[str, Load]
    private: float = 0.0


Figure = Callable[[Round], float]


@dataclass(frozen=True, slots=True)
class Results:
    """All rounds of all contenders that could be measured.

    Attributes:
        rounds: name of a contender -> its rounds, in order.
        absent: name of a contender -> why it is not there.
        others: of each round, the share of the processor time that others had.
        discarded: the same of each that was measured again.
    """

    rounds: dict[str, list[Round]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    others: list[float] = field(default_factory=list)
    discarded: list[float] = field(default_factory=list)

    def median(self, name: str, figure: Figure) -> float:
        """The median of a figure over the rounds of *name*."""
        return statistics.median(map(figure, self.rounds[name]))

    def ratio(self, name: str, other: str, figure: Figure) -> float:
        """The median of the figure of *name* as a multiple of that of *other*, over their rounds.

        Only rounds that both took part in count.
        """
        pairs = zip(self.rounds[name], self.rounds[other], strict=False)
        return statistics.median(figure(one) / figure(two) for one, two in pairs)

    def leave_out(self, name: str, reason: str) -> None:
        """Go on without a peer, its earlier rounds included."""
        progress(reason)
        self.absent[name] = f"{name} ({reason.strip().splitlines()[0].rstrip('.:')})"
        self.rounds.pop(name, None)

    def loads_of(self, name: str) -> Collection[str]:
        """The keys of the workloads that *name* was measured under in every round."""
        rounds = self.rounds.get(name, [])
        return set.intersection(*(set(each.loads) for each in rounds)) if rounds else ()


def rate(key: str) -> Figure:
    """Requests a second under the workload *key*."""
    return lambda each: each.loads[key].requests_a_second


def p50(key: str) -> Figure:
    """Milliseconds within which half of the answers came."""
    return lambda each: each.loads[key].p50


def p99(key: str) -> Figure:
    """Milliseconds within which 99 of 100 came."""
    return lambda each: each.loads[key].p99


def cpu(key: str) -> Figure:
    """Milliseconds of CPU time a request."""
    return lambda each: each.loads[key].cpu


def cold_start(each: Round) -> float:
    """Seconds."""
    return each.cold_start


def memory(each: Round) -> float:
    """Megabytes."""
    return each.memory


def private(each: Round) -> float:
    """Megabytes."""
    return each.private


def measure(
    contenders: Sequence[Contender], workloads: Sequence[Workload], rounds: int, seconds: int
) -> Results:
    """Measure all *contenders* in so many rounds, each workload for so many seconds.

    Peers, which take long to start, are in the first `ROUNDS_OF_PEERS` only.

    Raises:
        BenchmarkFailed: one that is no peer did not start, answered wrongly or failed under load.
        PeerNotInstalled: the environment of one that is no peer cannot be made.
        WrkMissing: the load generator is not installed.
    """
    results = Results()
    wrk.wrk()
    for number in range(rounds):
        taking_part = [each for each in contenders if not each.is_peer or number < ROUNDS_OF_PEERS]
        progress(f"round {number + 1} of {rounds}")
        found = calm_round(results, taking_part, workloads, seconds)
        for name, each in found.items():
            results.rounds.setdefault(name, []).append(each)
    return results


def calm_round(
    results: Results, contenders: Sequence[Contender], workloads: Sequence[Workload], seconds: int
) -> dict[str, Round]:
    """All *contenders* once, again if the machine was disturbed, but not for ever."""
    while True:
        before = Processors.now()
        found = all_once(results, contenders, workloads, seconds)
        others = Processors.now().share_of_others_since(before)
        if others < DISTURBED or len(results.discarded) == MOST_REPEATED:
            results.others.append(others)
            return found
        progress(f"Others had {others:.1%} of the processor time: once more.")
        results.discarded.append(others)


def all_once(
    results: Results, contenders: Sequence[Contender], workloads: Sequence[Workload], seconds: int
) -> dict[str, Round]:
    """One after the other; a peer that fails is left out of the *results* from then on."""
    found = {}
    for contender in contenders:
        if contender.name in results.absent:
            continue
        progress(contender.name)
        try:
            found[contender.name] = one_round(contender, workloads, seconds)
        except (PeerNotInstalled, BenchmarkFailed, NothingAnswered) as reason:
            if not contender.is_peer:
                raise
            results.leave_out(contender.name, str(reason))
    return found


def one_round(contender: Contender, workloads: Sequence[Workload], seconds: int) -> Round:
    """Start, warm up, ask, and stop."""
    with running(contender) as server:
        wrk.ask(server.port, workloads[0], WARM_UP)
        server.settle()
        loads: dict[str, Load] = {}
        memory = private = 0.0
        for workload in workloads:
            if workload.reviews > 1 and not contender.batches:
                continue
            try:
                loads[workload.key] = load(server, workload, workload.share_of(seconds))
            except NothingAnswered as reason:
                if workload.key == "single" or not contender.is_peer:
                    raise
                progress(f"{contender.name}, {workload.title}: {reason}")
            # Before batches and long reviews, which leave a larger heap behind.
            memory = memory or processes.proportional_megabytes(server.process.pid)
            private = private or processes.private_megabytes(server.process.pid)
        return Round(server.cold_start, memory, loads, private)


def load(server: Running, workload: Workload, seconds: int) -> Load:
    """One workload for some seconds."""
    before = server.cpu_seconds()
    seen = wrk.ask(server.port, workload, seconds)
    cpu = 1000 * (server.cpu_seconds() - before) / seen.requests
    return Load(seen.requests / seen.seconds, seen.p50, seen.p99, cpu)


def progress(text: str) -> None:
    """Say what is going on, beside the results."""
    print(text, file=sys.stderr, flush=True)
