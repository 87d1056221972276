"""All that once stopped or killed a worker, at once, beside honest clients."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.hard.clients import Tally, clients, percentile
from tests.hard.conftest import Judge
from tests.hard.processes import workers
from tests.live import ROOT, LiveServer, running_server, workers_of

pytestmark = pytest.mark.hard

#: The whole storm lasts ten minutes: STORM_SECONDS=600.
SECONDS = float(os.environ.get("STORM_SECONDS", "15"))
ATTACKERS = 50
HONEST = 16


def honest(server: LiveServer, seconds: float) -> Tally:
    """What honest clients see for *seconds*."""
    with clients(server, HONEST) as tally:
        time.sleep(seconds)
    return tally


def test_honest_clients_in_a_storm_get_right_answers_in_time(judge: Judge) -> None:
    with running_server() as server:
        before = workers_of(server, 2)
        calm = honest(server, 5)
        storm = subprocess.Popen(
            [sys.executable, "-m", "tests.hard.attackers", str(server.port), str(ATTACKERS)],
            cwd=ROOT,
        )
        try:
            time.sleep(1)
            stormy = honest(server, SECONDS)
        finally:
            storm.kill()
            storm.wait()
        after = workers(server.process.pid)

    failed = sum(n for status, n in stormy.answers.items() if status != 200)
    wrong = len(stormy.broken) + failed + len(stormy.bodies | calm.bodies) - 1
    judge(
        f"storm of {ATTACKERS} attackers, {SECONDS:g} s: wrong answers to {HONEST} others",
        f"{wrong} of {sum(stormy.answers.values()):,}",
        "0",
        wrong == 0,
    )
    judge(
        "the same: workers that ended",
        str(len(set(before) - set(after))),
        "0",
        before == after,
    )
    usual = percentile(calm.seconds, 0.99)
    judge.time(
        "the same: p99 against that without a storm",
        percentile(stormy.seconds, 0.99) / usual,
        "times",
        at_most=5,
    )
