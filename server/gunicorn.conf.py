# ruff: noqa: N999 (Gunicorn's name for it)
"""How Gunicorn runs the server: `gunicorn --config server/gunicorn.conf.py`, from anywhere.

The settings that people may change come from the environment; see `server.settings`.
"""

from __future__ import annotations

import ctypes
import gc
import os
import socket
import sys
from contextlib import suppress
from functools import partial
from typing import Any

# glibc would give each thread an arena of its own, of which little goes back: the dearest legal
# traffic took 432 MiB of all processes, and 279 with one arena, with 12 % more answers.
M_ARENA_MAX = -8
with suppress(AttributeError):  # another C library
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

# NumPy's linear algebra is not used; without this it starts a thread for each core at import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# prometheus_client decides while it is imported whether several processes count together.
from addsup.server.observability import multiprocess_dir

multiprocess_dir.make_folder()

# Imported here, in the master, so that workers share the memory of it and start at once.
from addsup.inference.errors import AddsupError
from addsup.server import wsgi
from addsup.server.app import unready_app
from addsup.server.observability.log_format import announce
from addsup.server.settings import Settings
from addsup.server.settings.accepted import UNIX
from addsup.server.worker.balance import NO_ENTRY, Balance
from addsup.server.worker.shutdown import ServerStop, hold_signals_over_fork, stop_is_due
from addsup.server.worker.worker import Worker


def _settings() -> Settings:
    try:
        settings = Settings.from_environment(os.environ)
        if not settings.host.startswith(UNIX):
            socket.getaddrinfo(settings.host, settings.port)
    except AddsupError as refusal:
        sys.exit(str(refusal))
    except OSError as unknown:
        sys.exit(f"HOST is {settings.host!r}, which is not known here: {unknown.strerror}.")
    return settings


_chosen = _settings()

wsgi_app = f"{wsgi.__name__}:{wsgi.application.__name__}()"
bind = [_chosen.address]
workers = _chosen.workers
loglevel = _chosen.log_level
logger_class = "addsup.server.observability.gunicorn_logger.Log"
forwarded_allow_ips = ""  # whom to believe is said by TRUSTED_PROXIES alone

worker_class = Worker
threads = _chosen.threads
worker_connections = _chosen.connections
Worker.max_requests_at_work = _chosen.max_concurrency
Worker.max_body_bytes = _chosen.max_body_bytes
Worker.health_paths = frozenset({b"/livez", b"/readyz"})
Worker.render_error = staticmethod(wsgi.render_refusal)
Worker.balance = Balance(4 * workers)  # during a reload there are twice as many, and some still go
Worker.server_stop = ServerStop()

keepalive = 95  # Heroku's router keeps idle connections for 90 s; it must be the one to close them
graceful_timeout = 20  # and Heroku kills 30 s after SIGTERM
control_socket_disable = True  # it would be a socket in the home directory, which may not exist

# Heartbeats go through a file; one on a disk may stall, and a container may have none to write to.
_memory = "/dev/shm"  # noqa: S108
worker_tmp_dir = _memory if os.access(_memory, os.W_OK) else None


def on_starting(arbiter: Any) -> None:
    """Refuse to start, in one sentence, if the model cannot be served."""
    hold_signals_over_fork()
    Worker.server_stop.watch(arbiter)
    wsgi.prepared = unready_app(_chosen)
    try:
        wsgi.approve_model(_chosen)
    except AddsupError as refusal:
        sys.exit(str(refusal))
    # A collection after the fork would write to every object, and so copy 10 MB into each process.
    gc.collect()
    gc.freeze()


def on_reload(arbiter: Any) -> None:
    """Take over a new model file if it can be served; else the old one goes on serving."""
    try:
        wsgi.approve_model(_chosen, partial(stop_is_due, arbiter))
    except AddsupError as refusal:
        arbiter.log.error("The new model is not taken over, the old one serves on: %s", refusal)


def pre_exec(arbiter: Any) -> None:
    """Upon SIGUSR2, be called again as a module.

    Called as a script, Gunicorn would have its own folder on the path of imports, whose `http`
    hides that of Python.
    """
    words = arbiter.START_CTX["args"]
    if words[1].endswith("__main__.py"):
        words[1:2] = ["-m", "gunicorn"]


def when_ready(_arbiter: Any) -> None:
    """Say where the server is, and which settings have other names now."""
    for sentence in Settings.outdated(os.environ):
        announce(_chosen.log_format, sentence)
    announce(_chosen.log_format, f"Listening on {_chosen.url}")


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Keep the counts of a worker that has ended."""
    multiprocess_dir.forget_worker(worker.pid)
    Worker.balance.leave(getattr(worker, "entry", NO_ENTRY))
