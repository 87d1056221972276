"""Graceful shutdown: no connecting client is reset, and no signal is lost.

Closing a listening socket resets the clients that have connected but were not accepted yet, and
however quickly it is closed after the last accept, one may come in between. So the kernel is told
first to ignore new connections: a client tries again a second later and is then refused, which it
can tell from a request that was lost.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import queue
import signal
import socket
import struct
from contextlib import suppress
from functools import partial
from typing import Any, Final

SO_ATTACH_FILTER: Final = 26  # Linux; the socket module has no name for it
#: Classic BPF over a TCP segment: load its flags; if SYN is one of them drop it, else keep it.
DROP_SYN: Final = struct.pack(
    "HBBI" * 4, *(0x30, 0, 0, 13), *(0x45, 0, 1, 0x02), *(0x06, 0, 0, 0), *(0x06, 0, 0, 2**32 - 1)
)

STOPPING: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})
#: Between the fork and the worker's own handlers a signal would be taken by the handler inherited
#: from the master, and lost, or end the worker. So these are held back until it understands them.
HELD: Final = STOPPING | {signal.SIGHUP, signal.SIGUSR2}


class ServerStop:
    """Flag in shared memory: the whole server stops, not one worker. Made before the fork."""

    def __init__(self) -> None:
        self._flag = mmap.mmap(-1, 1)
        self._arbiter: Any = None

    def __bool__(self) -> bool:
        """Whether no one will listen any more once the present workers have gone."""
        return self._flag[0] == 1

    def watch(self, arbiter: Any) -> None:
        """Set the flag when Gunicorn's *arbiter* stops its workers because it stops itself."""
        self._arbiter, stop = arbiter, arbiter.stop

        def stop_with_flag(graceful: bool = True) -> None:
            # Unless the sockets are someone else's as well: another master's, systemd's.
            if arbiter.reexec_pid == arbiter.master_pid == 0 and not arbiter.systemd:
                self._flag[0] = 1
            stop(graceful)

        arbiter.stop = stop_with_flag

    def is_due(self) -> bool:
        """Whether the arbiter, once there is one, has been told to stop and has yet to do it."""
        waiting = []
        with suppress(queue.Empty, AttributeError):
            while True:
                waiting.append(self._arbiter.SIG_QUEUE.get_nowait())
        for number in waiting:
            self._arbiter.SIG_QUEUE.put_nowait(number)
        return not STOPPING.isdisjoint(waiting)


def ignore_new_connections(listener: socket.socket) -> bool:
    """Let the kernel drop SYNs for *listener*, in any process; who has connected can be accepted.

    Returns:
        Whether it could be done; not so where it is no Linux, or not allowed to this user.
    """
    if os.uname().sysname != "Linux" or listener.family == socket.AF_UNIX:
        return False
    program = ctypes.create_string_buffer(DROP_SYN, len(DROP_SYN))
    pointer = struct.pack("HP", len(DROP_SYN) // 8, ctypes.addressof(program))
    try:
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, pointer)
    except OSError:
        return False
    return True


def hold_signals_over_fork() -> None:
    """Hold back what the master tells a new worker. To be called once, by the master."""
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, HELD),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, HELD),
    )


def take_held_signals() -> None:
    """Take what was held back. To be called by the worker when its handlers are in place."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
