"""The worker: its threads, its event loop, and the line that requests stand in."""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from typing import Any, Final

from server.worker import wire
from server.worker.balance import NO_ENTRY
from server.worker.clients import ClientsWorker
from server.worker.connection import Connection
from server.worker.door import Door, ignore_knocking
from server.worker.lead import Lead
from server.worker.signals import take_held_signals

#: Seconds between two looks of the main thread at who has the event loop.
TICK: Final = 0.02
#: Seconds between two looks of it at the whole, while there is nothing to do.
REST: Final = 0.5
#: Seconds that requests are answered for before the event loop looks for new ones.
TURN_SECONDS: Final = 0.01

HUNG_SECONDS: Final = 18.0
#: Requests that may hang before the worker is replaced.
MOST_HUNG: Final = 8
#: Bytes of replies that may wait to be taken; the threads wait for the takers of more.
MOST_UNSENT: Final = 16 * 2**20

#: Seconds that a stopping worker goes on accepting, and then waits for who is about to connect.
LAST_CALL_SECONDS: Final = 0.4
ON_THE_WAY_SECONDS: Final = 0.1


class Worker(ClientsWorker):
    """Gunicorn's worker class of this server; see the package.

    Attributes:
        line: connections whose request has come.
        at_work: those whose request is being answered, in the order in which that began.
        hung: how many threads are lost in a request that was given up.
    """

    # Set by the configuration; these would do for a worker that is alone.
    door = Door()
    most_at_work = 64

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.lead = Lead(self.cfg.threads + 1)
        self.line: deque[Connection] = deque()
        self.at_work: dict[Connection, None] = {}
        self.hung = 0
        self.refused = 0
        self.next_tick = 0.0

    # The main thread

    def get_thread_pool(self) -> None:
        """None: see `run` for the threads there are."""

    def init_signals(self) -> None:
        """Understand signals, and take those that have been held back."""
        super().init_signals()
        take_held_signals()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop; see `run`."""
        super().handle_exit(sig, frame)
        self.lead.wake_watcher()

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Go at once."""
        self.cfg.worker_int(self)
        os._exit(0)

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        queue = self.method_queue
        self.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
        for number in range(self.cfg.threads + 1):
            threading.Thread(target=self._serve, name=f"loop {number}", daemon=True).start()
        self.lead.pass_on()
        while self.alive and self.is_parent_alive():
            self._watch_for(TICK)
            self.lead.rest_if_quiet(REST)
        self._finish()

    def _watch_for(self, seconds: float) -> None:
        """Let *seconds* pass, and see to it that the event loop goes on."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(TICK, left))
            self.lead.pass_on_if_late()

    def _finish(self) -> None:
        """Accept who is at the door, close it, and see the last requests out."""
        deadline = time.monotonic() + self.cfg.graceful_timeout
        self.balance.leave(self.entry)
        self.entry = NO_ENTRY
        self._watch_for(LAST_CALL_SECONDS)
        if self.door.is_closing or not self.is_parent_alive():
            for listener in self.sockets:
                ignore_knocking(listener)
        self._watch_for(ON_THE_WAY_SECONDS)
        self.method_queue.defer(self.close_door)
        while time.monotonic() < deadline and not (self.door_closed and self.nr_conns == 0):
            self._watch_for(TICK)
        self.lead.retire()
        if self.hung:
            os._exit(0)  # the interpreter would wait for the threads that hang

    # The event loop

    def _serve(self) -> None:
        """What each thread does."""
        try:
            while self.lead.wait_for_call():
                while self._turn():
                    pass
        except BaseException:
            self.log.exception("The event loop has failed; the worker is being replaced.")
            os._exit(1)

    def _turn(self) -> bool:
        """One turn of the event loop; whether this thread still has it."""
        self.set_accept_enabled(self.may_accept())
        self.wait_for_and_dispatch_events(self._pause())
        if (now := time.monotonic()) >= self.next_tick:
            self.next_tick = now + (0.5 if self.alive else 0.1)
            self.notify()
            self._lose_patience(now)
        return self._work_off(now + TURN_SECONDS)

    def _pause(self) -> float:
        """Seconds to wait for events at the most."""
        if self.line and self.lead.has_stand_in:
            return 0.0
        if not self.alive:
            return 0.1
        pause = self.resume_accepting - time.monotonic()
        return min(1.0, pause) if pause > 0 else 1.0

    def _work_off(self, until: float) -> bool:
        """Answer those in line for a while; whether this thread still has the event loop."""
        while self.line and self.lead.has_stand_in:
            if not self._answer(self.line.popleft()):
                return False
            if time.monotonic() >= until:
                break
        return True

    def _answer(self, connection: Connection) -> bool:
        self.at_work[connection] = None
        connection.hand_over()
        term = self.lead.begin(connection.started)
        keep = self._handled(connection)
        if self.lead.end(term):
            self.finish_request(connection, keep)
            return True
        self.method_queue.defer(self.finish_request, connection, keep)
        return False

    def _handled(self, connection: Connection) -> bool:
        """Answer the request of *connection*; whether another one may follow it."""
        try:
            keep = self.handle(connection) is True and not connection.sock.exhausted
            connection.sock.flush()
            if connection.sock.unsent and self._has_too_much_unsent():
                connection.sock.flush_patiently()
        except OSError:
            return False
        return keep

    def _has_too_much_unsent(self) -> bool:
        return sum(len(each.sock.unsent) for each in list(self.sending)) > MOST_UNSENT

    def finish_request(self, connection: Connection, keep: bool) -> None:
        """The request of *connection* has been answered."""
        if connection.given_up:
            self.hung -= 1
            return
        del self.at_work[connection]
        connection.keep = keep
        if connection.sock.unsent:
            self.send_later(connection)
        else:
            self.sent(connection)

    def begin(self, connection: Connection) -> None:
        """Let the request that *connection* has collected stand in line, or refuse it."""
        if wire.is_health(connection.collected):
            del self.waiting[connection]
            self.at_work[connection] = None
            connection.hand_over()
            self.finish_request(connection, self._handled(connection))
        elif len(self.line) + len(self.at_work) < self.most_at_work:
            del self.waiting[connection]
            self.line.append(connection)
        else:
            self.refuse(connection)

    def refuse(self, connection: Connection) -> None:
        """Answer that there is too much to do."""
        self.refused += 1
        self.reply(connection, self.refusal(wire.BUSY))

    # Patience

    def _lose_patience(self, now: float) -> None:
        """Close what is overdue, give up on what hangs, and say what was refused."""
        if self.refused:
            self.log.warning("Refused %d requests: as many are at work as may.", self.refused)
            self.refused = 0
        for connection in [each for each in self.waiting if each.timeout <= now]:
            self.drop(connection)
        while self.at_work:
            oldest = next(iter(self.at_work))
            if now - oldest.started < HUNG_SECONDS:
                break
            self._give_up(oldest)

    def _give_up(self, connection: Connection) -> None:
        self.log.error("A request has hung for %d seconds and was given up.", HUNG_SECONDS)
        del self.at_work[connection]
        connection.given_up = True
        self.hung += 1
        self.reply(connection, self.refusal(wire.HUNG))
        if self.hung >= min(MOST_HUNG, self.cfg.threads):
            self.log.error("%d requests hang; the worker is being replaced.", self.hung)
            self.alive = False
