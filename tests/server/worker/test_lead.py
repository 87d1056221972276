"""Which thread has the event loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from server.worker.lead import PATIENCE, Lead


class Loop:
    """Two threads that pass a loop on, and what they did with it."""

    def __init__(self) -> None:
        self.lead = Lead(2)
        self.turns: list[str] = []
        self.slow = threading.Event()
        self.kept: list[bool] = []
        self.threads = [threading.Thread(target=self._serve, name=name) for name in ("a", "b")]
        for thread in self.threads:
            thread.start()

    def _serve(self) -> None:
        while self.lead.wait_for_call():
            self.turns.append(threading.current_thread().name)
            term = self.lead.begin(time.monotonic())
            self.slow.wait(10)
            self.kept.append(self.lead.end(term))

    def until(self, turns: int) -> None:
        """Wait until the loop has been taken so often."""
        deadline = time.monotonic() + 5
        while len(self.turns) < turns and time.monotonic() < deadline:
            time.sleep(0.001)


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.slow.set()
    loop.lead.retire()
    for thread in loop.threads:
        thread.join(5)
        assert not thread.is_alive()


def test_a_thread_that_is_quick_keeps_the_loop(loop: Loop) -> None:
    loop.slow.set()

    loop.lead.pass_on()
    loop.until(1)
    time.sleep(2 * PATIENCE)
    loop.lead.pass_on_if_late()

    assert len(loop.turns) == 1
    assert loop.kept == [True]


def test_a_thread_that_takes_long_loses_the_loop_to_another(loop: Loop) -> None:
    loop.lead.pass_on()
    loop.until(1)

    loop.lead.pass_on_if_late()
    assert len(loop.turns) == 1, "it was given no time at all"
    time.sleep(2 * PATIENCE)
    loop.lead.pass_on_if_late()
    loop.until(2)

    assert sorted(loop.turns) == ["a", "b"]
    assert not loop.lead.has_stand_in
    loop.slow.set()
    deadline = time.monotonic() + 5
    while len(loop.kept) < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert sorted(loop.kept) == [False, True]
    assert loop.lead.has_stand_in


def test_the_loop_is_not_taken_where_no_one_could_go_on_with_it(loop: Loop) -> None:
    loop.lead.pass_on()
    loop.until(1)
    for _ in range(3):
        time.sleep(2 * PATIENCE)
        loop.lead.pass_on_if_late()

    assert len(loop.turns) == 2
