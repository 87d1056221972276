"""Closes the door of a server that stops, without hitting anyone with it.

Closing a listening socket resets the clients that have connected but were not accepted yet, and
however quickly it is closed after the last accept, one may slip in between. So the kernel is told
first to ignore those who knock: they try again a second later and are refused, which a client
can tell from a request that was lost.
"""

from __future__ import annotations

import ctypes
import mmap
import socket
import struct
from contextlib import suppress
from typing import Any, Final

SO_ATTACH_FILTER: Final = 26  # Linux; the socket module has no name for it

#: A classic BPF program over a TCP segment: drop it if it asks for a connection (SYN).
LOAD_BYTE, JUMP_IF_ANY_BIT, RETURN = 0x30, 0x45, 0x06
FLAGS, SYN = 13, 0x02
IGNORE_KNOCKING: Final = (
    (LOAD_BYTE, 0, 0, FLAGS),
    (JUMP_IF_ANY_BIT, 0, 1, SYN),
    (RETURN, 0, 0, 0),
    (RETURN, 0, 0, 0xFFFFFFFF),
)


class Door:
    """Whether the server, and not only a worker, is about to go. Made before the fork."""

    def __init__(self) -> None:
        self._flag = mmap.mmap(-1, 1)

    @property
    def is_closing(self) -> bool:
        """Whether no one will listen any more once the present workers have gone."""
        return self._flag[0] == 1

    def close_with(self, arbiter: Any) -> None:
        """Watch Gunicorn's *arbiter*: it stops its workers when it stops itself."""
        stop = arbiter.stop

        def stop_at_last(graceful: bool = True) -> None:
            # Unless the sockets are someone else's as well: another master's, systemd's.
            if arbiter.reexec_pid == arbiter.master_pid == 0 and not arbiter.systemd:
                self._flag[0] = 1
            stop(graceful)

        arbiter.stop = stop_at_last


def ignore_knocking(listener: socket.socket) -> None:
    """Let no one connect to *listener*, in any process; who has connected can be accepted.

    Where the kernel does not know how (it is not Linux), nothing happens.
    """
    steps = b"".join(struct.pack("HBBI", *step) for step in IGNORE_KNOCKING)
    program = ctypes.create_string_buffer(steps, len(steps))
    pointer = struct.pack("HP", len(IGNORE_KNOCKING), ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, pointer)
