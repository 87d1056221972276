"""Each check leaves a row: what was measured, what was seen, what is promised.

A promise about time can be missed because others had the processors meanwhile. Such
a miss is `Disturbed`, and `make test-hard` tries the test again; any other fails at once. Where
all tries were disturbed, the last may miss it by a factor, and its row says why.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final

import pytest

from tests.hard.processes import DISTURBED, Processors, workers
from tests.live import CONTROL, LiveServer, running_server
from tests.places import ROOT

#: By how much the last of the disturbed tries may miss a time: one has taken 10 times as long.
MARGIN: Final = 10.0

#: The table is for people: a list or a set is written without Python's brackets and quotes.
PUNCTUATION_OF_PYTHON: Final = str.maketrans("", "", "[]{}()'")

TABLE = ROOT / "docs" / "reliability.md"
HEAD = """\
# Reliability

What `make test-hard` saw, the last time it was run: each line is a test against the real Gunicorn
with the shipped model, two workers, on two cores that the clients shared. Times depend on the
machine.

| check | seen | promised |
|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    check: str
    seen: str
    promised: str


#: What was seen, by the node id of its test; a second try replaces what the first one saw.
ROWS = pytest.StashKey[dict[str, list[Row]]]()


class Disturbed(AssertionError):
    """A promise about time was missed while others had the processors."""


class Judge:
    """Notes rows, and fails the test if a promise is not kept.

    Attributes:
        rows: what was noted.
        is_last_try: whether what the machine may have caused is not to be tried again.
    """

    def __init__(self, *, is_last_try: bool = False) -> None:
        self.rows: list[Row] = []
        self.is_last_try = is_last_try
        self._before = Processors.now()

    def __call__(self, check: str, seen: str, promised: str, kept: bool) -> None:
        """A promise that holds whatever the machine does."""
        seen = seen.translate(PUNCTUATION_OF_PYTHON)
        self.rows.append(Row(check, seen if kept else f"**{seen}**", promised))
        assert kept, f"{check}: {seen}, but promised is {promised}"

    @contextmanager
    def answers(self, check: str) -> Iterator[None]:
        """A promise that what happens inside gets an answer: no time-out, reset or failed probe."""
        failure = None
        try:
            yield
        except (OSError, HTTPException, subprocess.SubprocessError) as error:
            failure = type(error).__name__
        if failure:
            self(f"{check}: answered", failure, "an answer", kept=False)

    def time(
        self,
        check: str,
        seen: float,
        unit: str,
        *,
        at_most: float,
        margin: float = MARGIN,
    ) -> None:
        """One about how long something takes, or about who is first.

        Args:
            check: what it is about.
            seen: the figure, infinite for what never came.
            unit: of *seen* and *at_most*.
            at_most: what is promised.
            margin: the factor by which it may be missed where every try was disturbed.

        Raises:
            Disturbed: it is not kept, the machine may be why, and it can be tried again.
        """
        words = "never" if math.isinf(seen) else f"{seen:,.3g} {unit}"
        promised = f"at most {at_most:g} {unit}"
        others = Processors.now().share_of_others_since(self._before)
        if seen <= at_most or others < DISTURBED:
            self(check, words, promised, seen <= at_most)
            return
        words += f"; others had {others:.0%} of the processors"
        if not self.is_last_try:
            raise Disturbed(f"{check}: {words}, but promised is {promised}")
        self(check, words, promised, seen <= margin * at_most)


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """The judge of one test."""
    reruns = request.config.getoption("reruns") or 0
    is_last = bool(reruns) and request.node.execution_count > reruns
    # Controls run beside each other; what a neighbour has slowed down is not how one has to fail.
    judge = Judge(is_last_try=is_last or CONTROL in os.environ)
    request.config.stash.setdefault(ROWS, {})[request.node.nodeid] = judge.rows
    return judge


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and keep it when all of it was measured."""
    config = terminalreporter.config
    rows = [row for rows in config.stash.get(ROWS, {}).values() for row in rows]
    if not rows:
        return
    text = HEAD + "".join(f"| {row.check} | {row.seen} | {row.promised} |\n" for row in rows)
    terminalreporter.write_line("")
    terminalreporter.write(text)
    if os.environ.get("KEEP_TABLE"):
        TABLE.write_text(text)


@pytest.fixture
def server() -> Iterator[LiveServer]:
    """A server of one test's own, with the default settings, both of its workers at work."""
    with running_server() as live:
        while len(workers(live.process.pid)) < 2:
            time.sleep(0.05)
        time.sleep(1)
        yield live


@pytest.fixture(scope="session")
def wrk() -> str:
    """The load generator."""
    path = shutil.which("wrk")
    assert path, "wrk is missing: apt-get install wrk"
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """What wrk sends: one review as JSON."""
    path = tmp_path / "predict.lua"
    path.write_text(
        'wrk.method = "POST"\n'
        'wrk.headers["Content-Type"] = "application/json"\n'
        'wrk.body = \'{"review": "A wonderful film with great acting, though slow."}\'\n'
    )
    return path
