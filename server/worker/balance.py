"""Load balance of connections over the workers of one listening socket.

Whichever worker wakes first takes a connection, and a client that opens several at once may find
all of them on one worker, which halves the throughput for as long as they live. So each worker
shows how many it has, in memory that all share, and one that has more than another lets that one
go first.
"""

from __future__ import annotations

import mmap
from typing import Final

NO_ENTRY: Final = -1
_FREE: Final = -1


class Balance:
    """How many connections each worker has. Made before the workers are forked.

    An entry is written by one worker alone; a stale one misjudges a single connection.
    """

    def __init__(self, entries: int = 256) -> None:
        """Make room for so many workers at a time; those beyond are not balanced."""
        self._counts = memoryview(mmap.mmap(-1, entries * 4)).cast("i")
        for entry in range(entries):
            self._counts[entry] = _FREE

    def join(self) -> int:
        """Take an entry for a worker; `NO_ENTRY` if none is left, which only costs balance."""
        for entry, count in enumerate(self._counts):
            if count == _FREE:
                self._counts[entry] = 0
                return entry
        return NO_ENTRY

    def leave(self, entry: int) -> None:
        """Free the entry of a worker that takes no more connections."""
        if entry != NO_ENTRY:
            self._counts[entry] = _FREE

    def show(self, entry: int, connections: int) -> None:
        """Show how many connections a worker has."""
        if entry != NO_ENTRY:
            self._counts[entry] = connections

    def is_ahead(self, entry: int) -> bool:
        """Whether another worker has fewer connections than the one with this *entry*.

        An eighth of them more or less does not matter; to wait for each other at each would.
        """
        if entry == NO_ENTRY:
            return False
        mine = self._counts[entry]
        return any(_FREE < count < mine - mine // 8 for count in self._counts)
