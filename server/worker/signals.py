"""Lets no signal of the master reach a worker before the worker understands it.

A signal that comes between the fork and the worker's own handlers would be taken by the handler
inherited from the master, and lost: the master would then wait in vain for the worker to end.
"""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Final

FROM_MASTER: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})


def hold_signals_over_fork() -> None:
    """Hold back what the master tells a new worker. To be called once, by the master."""
    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, FROM_MASTER),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, FROM_MASTER),
    )


def take_held_signals() -> None:
    """Take what was held back. To be called by the worker when its handlers are in place."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FROM_MASTER)
