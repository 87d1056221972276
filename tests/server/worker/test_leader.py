"""Leadership: which thread has the event loop."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from addsup.server.worker.leader import PATIENCE, Leadership


@dataclass(frozen=True)
class State:
    """All of a system of two threads and a watcher, as far as it matters who leads.

    Attributes:
        terms: of each thread, the term that it believes to lead in; None for a follower.
        at: of each thread, what it does next: wait, begin, or end (of the term it began in).
        begun: of each thread, the term that `begin` gave it.
        term: of the leadership.
        is_busy: whether the leadership holds its leader for busy.
        idle: followers that the leadership counts.
        promotions: followers that may stop waiting.
    """

    terms: tuple[int | None, ...]
    at: tuple[str, ...]
    begun: tuple[int, ...]
    term: int
    is_busy: bool
    idle: int
    promotions: int


def put(values: tuple[object, ...], place: int, value: object) -> tuple[object, ...]:
    return (*values[:place], value, *values[place + 1 :])


class ReplayedLeadership:
    """The real thing set into a given state, so that one method can be applied to it."""

    def __init__(self, state: State) -> None:
        self.real = Leadership(2)
        self.real._term = state.term
        self.real._idle = state.idle
        self.real._busy_since = 0.0 if state.is_busy else None
        self.promotions = state.promotions
        self.real._promotions = self  # type: ignore[assignment]

    def release(self) -> None:
        """A semaphore's method: one more thread may stop waiting."""
        self.promotions += 1

    def into(self, state: State) -> State:
        """*state* with what the method has changed."""
        real = self.real
        return replace(
            state,
            term=real._term,
            idle=real._idle,
            is_busy=real._busy_since is not None,
            promotions=self.promotions,
        )


def steps(state: State) -> Iterator[State]:
    """Every state that one step of one thread, or of the watcher, leads to."""
    watched = ReplayedLeadership(state)
    watched.real.demote_if_late(PATIENCE * 2)
    yield watched.into(state)
    for thread, doing in enumerate(state.at):
        applied = ReplayedLeadership(state)
        if doing == "wait" and state.promotions:
            promoted = replace(state, promotions=state.promotions - 1)
            yield replace(
                promoted,
                terms=put(state.terms, thread, state.term),
                at=put(state.at, thread, "begin"),
            )
        elif doing == "begin":
            begun = applied.real.begin(0.0)
            yield replace(
                applied.into(state),
                at=put(state.at, thread, "end"),
                begun=put(state.begun, thread, begun),
            )
        elif doing == "end":
            leads = applied.real.end(state.begun[thread])
            after = replace(applied.into(state), at=put(state.at, thread, "begin"))
            if not leads:
                after = replace(
                    after,
                    at=put(state.at, thread, "wait"),
                    terms=put(state.terms, thread, None),
                )
            yield after


def test_in_no_interleaving_do_two_threads_have_the_loop() -> None:
    first = Leadership(2)
    first.promote_first()
    begin = State((None, None), ("wait", "wait"), (0, 0), first._term, False, first._idle, 1)
    seen, waiting = {begin}, [begin]
    while waiting:
        state = waiting.pop()
        # Who is between `begin` and `end` does not touch the loop; who is before `begin` may.
        owners = [doing for doing in state.at if doing == "begin"]
        assert len(owners) + state.promotions <= 1, state
        assert state.idle == state.at.count("wait") - state.promotions, state
        for after in steps(state):
            if after not in seen and after.term <= 6:
                seen.add(after)
                waiting.append(after)

    assert len(seen) > 30
    assert any(state.at == ("end", "end") for state in seen), "nobody was ever late"


class Loop:
    """Two real threads that pass a loop on, and what they did with it."""

    def __init__(self) -> None:
        self.leadership = Leadership(2)
        self.slow = threading.Event()
        self.turns: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.kept: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.threads = [threading.Thread(target=self._serve, name=name) for name in ("a", "b")]
        for thread in self.threads:
            thread.start()

    def _serve(self) -> None:
        while self.leadership.wait_for_promotion():
            term = self.leadership.begin(time.monotonic())
            self.turns.put(threading.current_thread().name)
            self.slow.wait(10)
            self.kept.put(self.leadership.end(term))

    def demote_late(self) -> None:
        """Let so much time pass that the leader is late, and look."""
        self.leadership.demote_if_late(time.monotonic() + 2 * PATIENCE)


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.slow.set()
    loop.leadership.retire()
    for thread in loop.threads:
        thread.join(5)
        assert not thread.is_alive()


def test_a_thread_that_is_quick_keeps_the_loop(loop: Loop) -> None:
    loop.slow.set()

    loop.leadership.promote_first()
    loop.turns.get(timeout=5)

    assert loop.kept.get(timeout=5)
    loop.demote_late()
    assert loop.turns.empty()


def test_a_thread_that_takes_long_loses_the_loop_to_another(loop: Loop) -> None:
    loop.leadership.promote_first()
    first = loop.turns.get(timeout=5)

    loop.leadership.demote_if_late(time.monotonic() - PATIENCE)
    assert loop.turns.empty(), "it was given no time at all"
    loop.demote_late()
    second = loop.turns.get(timeout=5)

    assert {first, second} == {"a", "b"}
    assert not loop.leadership.has_follower
    loop.slow.set()
    assert {loop.kept.get(timeout=5), loop.kept.get(timeout=5)} == {False, True}
    assert loop.leadership.has_follower


def test_the_loop_is_not_taken_where_no_one_could_go_on_with_it(loop: Loop) -> None:
    loop.leadership.promote_first()
    loop.turns.get(timeout=5)
    for _ in range(3):
        loop.demote_late()
    loop.turns.get(timeout=5)

    assert not loop.leadership.has_follower
    assert loop.turns.empty()


def rest_in_a_thread(loop: Loop) -> threading.Thread:
    """Let a watcher rest, who would do so for a minute."""
    begun = threading.Event()

    def watch() -> None:
        begun.set()
        loop.leadership.rest_if_quiet(time.monotonic(), 60)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert begun.wait(5)
    watcher.join(0.1)
    assert watcher.is_alive(), "it did not rest"
    return watcher


def test_the_watcher_rests_until_a_thread_gets_busy(loop: Loop) -> None:
    watcher = rest_in_a_thread(loop)

    loop.leadership.promote_first()
    watcher.join(10)

    assert not watcher.is_alive(), "it was not woken"


def test_the_watcher_rests_no_longer_than_it_wants_to(loop: Loop) -> None:
    loop.leadership.rest_if_quiet(time.monotonic(), 0.05)


def test_the_watcher_does_not_rest_between_requests(loop: Loop) -> None:
    loop.slow.set()
    loop.leadership.promote_first()
    loop.kept.get(timeout=5)

    watcher = threading.Thread(
        target=loop.leadership.rest_if_quiet, args=(time.monotonic(), 60), daemon=True
    )
    watcher.start()
    watcher.join(10)

    assert not watcher.is_alive()


def test_a_signal_handler_may_end_the_rest_of_the_watcher(loop: Loop) -> None:
    woken: list[bool] = []

    def wake(*_: object) -> None:
        woken.append(True)
        loop.leadership.wake_watcher()

    before = signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        loop.leadership.rest_if_quiet(time.monotonic(), 60)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert woken
