"""Each check leaves a row: what was measured, what was seen, what is promised."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hard.processes import workers
from tests.live import ROOT, LiveServer, running_server

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


ROWS = pytest.StashKey[list[Row]]()

Judge = Callable[[str, str, str, bool], None]


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """Note a row and fail if the promise is not kept."""
    rows = request.config.stash.setdefault(ROWS, [])

    def note(check: str, seen: str, promised: str, kept: bool) -> None:
        rows.append(Row(check, seen if kept else f"**{seen}**", promised))
        assert kept, f"{check}: {seen}, but promised is {promised}"

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and keep it when all of it was measured."""
    config = terminalreporter.config
    rows = config.stash.get(ROWS, [])
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
