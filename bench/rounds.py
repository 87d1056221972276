"""Rounds: in each, every contender is started, asked and stopped, one after the other."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from addsup.train.data.dataset import imdb_sentences
from bench.contenders import Contender
from bench.load import Load, post
from bench.running import Running, running

BATCH: Final = 100
SINGLE: Final = (  # 100 characters
    "A wonderful film with great acting, though the plots were a little slow "
    "and the ending was awful...."
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contender did in one round.

    Attributes:
        rate: requests/s, each of one text.
        p50: median of their latency in ms.
        p99: its 99th percentile.
        cpu: CPU time of a request in ms.
        batches: texts/s in requests of 100.
        cold_start: seconds from the start to the first correct prediction.
        megabytes: memory (PSS) of all processes, after requests of one text.
    """

    rate: float
    p50: float
    p99: float
    cpu: float
    batches: float
    cold_start: float
    megabytes: float


Rounds = list[dict[str, Figures]]


def interleaved(contenders: Sequence[Contender], rounds: int, seconds: int) -> Rounds:
    """Figures of each round, by the contender's name."""
    return [
        {contender.name: one_round(contender, seconds) for contender in contenders}
        for _ in range(rounds)
    ]


def one_round(contender: Contender, seconds: int) -> Figures:
    """Figures of *contender*, asked for some seconds with one text, and with batches."""
    print(f"Measuring {contender.name} ...", file=sys.stderr, flush=True)
    with running(contender) as server:
        post(server.port, {"text": SINGLE}, 1)  # warms it up
        server.settle()
        load, cpu = one_text(server, seconds)
        megabytes = server.megabytes()  # before batches, which leave a larger heap
        texts = imdb_sentences().texts[:BATCH]
        batches = BATCH * post(server.port, {"texts": texts}, seconds).rate
    return Figures(load.rate, load.p50, load.p99, cpu, batches, server.cold_start, megabytes)


def one_text(server: Running, seconds: int) -> tuple[Load, float]:
    """The load of requests of one text, and the CPU time of a request in ms."""
    before = server.cpu_seconds()
    load = post(server.port, {"text": SINGLE}, seconds)
    return load, 1000 * (server.cpu_seconds() - before) / load.requests


def median(rounds: Rounds, name: str, figure: str) -> float:
    """Median of a contender's *figure* over the rounds."""
    return statistics.median(getattr(each[name], figure) for each in rounds)


def ratio(rounds: Rounds, name: str, base: str, figure: str) -> float:
    """Median of the ratios within a round of *name*'s figure to *base*'s."""
    return statistics.median(
        getattr(each[name], figure) / getattr(each[base], figure) for each in rounds
    )
