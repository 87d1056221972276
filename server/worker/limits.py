"""Limits of a worker: how many, how much, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Seconds for a request to come whole, and bytes that add another second to that.
REQUEST_SECONDS: Final = 10.0
BYTES_A_SECOND: Final = 32 * 2**10
#: Seconds in which a client must take some more of a reply.
SEND_SECONDS: Final = 15.0
#: Seconds a client that was told so may take to close its side; longer if it is still sending.
LINGER_SECONDS: Final = 2.0
LINGER_SENDING_SECONDS: Final = 15.0
#: Seconds that idle connections of a stopping worker stay open.
IDLE_AT_STOP_SECONDS: Final = 2.0

#: Bytes from which a request counts as large, and how many such may arrive at a time.
LARGE: Final = 64 * 2**10
MOST_LARGE: Final = 64
#: Bytes of replies that may wait to be taken; beyond them, the slowest clients are cut off.
MOST_UNSENT: Final = 16 * 2**20
#: Connections beyond the limit while none can be closed to make room.
RESERVE: Final = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker accepts.

    Attributes:
        connections: open at a time; the longest idle one makes room for a new one.
        requests: at work or in line at a time.
        body: bytes of a request body.
        keepalive: seconds that an idle connection stays open.
    """

    connections: int
    requests: int
    body: int
    keepalive: float
