"""Graceful shutdown: no connecting client is reset, and no signal is lost.

Closing a listening socket resets the clients that have connected but were not accepted yet, and
however quickly it is closed after the last accept, one may come in between. So the kernel is told
first to ignore new connections: a client tries again a second later and is then refused, which it
can tell from a request that was lost.

A signal that comes between the fork and the worker's own handlers would be taken by the handler
inherited from the master, and lost: it is held back until the worker understands it.
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

#: A classic BPF program over a TCP segment: drop it if it asks for a connection (SYN).
LOAD_BYTE, JUMP_IF_ANY_BIT, RETURN = 0x30, 0x45, 0x06
FLAGS, SYN = 13, 0x02
DROP_SYN: Final = (
    (LOAD_BYTE, 0, 0, FLAGS),
    (JUMP_IF_ANY_BIT, 0, 1, SYN),
    (RETURN, 0, 0, 0),
    (RETURN, 0, 0, 0xFFFFFFFF),
)

#: What ends a process that does not expect it. SIGHUP is the master's alone, but may be sent to
#: the whole process group.
HELD: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP})
STOPPING: Final = HELD - {signal.SIGHUP}


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
        """Whether the arbiter has been told to stop and has not got to it yet."""
        waiting = []
        with suppress(queue.Empty, AttributeError):  # no arbiter is watched before the start
            while True:
                waiting.append(self._arbiter.SIG_QUEUE.get_nowait())
        for signal_number in waiting:
            self._arbiter.SIG_QUEUE.put_nowait(signal_number)
        return not STOPPING.isdisjoint(waiting)


def ignore_new_connections(listener: socket.socket) -> bool:
    """Let the kernel drop SYNs for *listener*, in any process; who has connected can be accepted.

    Returns:
        Whether it could be done; not so where it is no Linux, or not allowed to this user.
    """
    if os.uname().sysname != "Linux" or listener.family == socket.AF_UNIX:
        return False
    steps = b"".join(struct.pack("HBBI", *step) for step in DROP_SYN)
    program = ctypes.create_string_buffer(steps, len(steps))
    pointer = struct.pack("HP", len(DROP_SYN), ctypes.addressof(program))
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
