"""Which thread has the event loop."""

from __future__ import annotations

import signal
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


def test_the_one_that_watches_rests_until_a_thread_gets_busy(loop: Loop) -> None:
    def watch() -> None:
        rested.set()
        loop.lead.rest_if_quiet(60)
        time.sleep(2 * PATIENCE)
        loop.lead.pass_on_if_late()

    rested = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    assert rested.wait(5)
    watcher.join(0.1)
    assert watcher.is_alive(), "it did not rest"

    loop.lead.pass_on()
    watcher.join(10)

    assert not watcher.is_alive(), "it was not woken"
    loop.until(2)
    assert sorted(loop.turns) == ["a", "b"]


def test_the_one_that_watches_rests_no_longer_than_it_wants_to(loop: Loop) -> None:
    began = time.monotonic()

    loop.lead.rest_if_quiet(0.05)

    assert 0.05 <= time.monotonic() - began < 10


def test_the_one_that_watches_does_not_rest_between_requests(loop: Loop) -> None:
    loop.slow.set()
    loop.lead.pass_on()
    loop.until(1)
    began = time.monotonic()

    loop.lead.rest_if_quiet(60)

    assert time.monotonic() - began < 30


def test_a_signal_handler_may_end_the_rest_of_the_one_that_watches(loop: Loop) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: loop.lead.wake_watcher())
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    began = time.monotonic()
    try:
        loop.lead.rest_if_quiet(60)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert time.monotonic() - began < 30
