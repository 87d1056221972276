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
from typing import Any

from gunicorn.glogging import Logger

# A descriptor of these that is closed would become that of a file of counts or of a socket.
for _standard in range(3):
    try:
        os.fstat(_standard)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free

# glibc would give each thread an arena of its own, of which little goes back: the dearest legal
# traffic took 432 MiB of all processes, and 279 with one arena, with 12 % more answers.
M_ARENA_MAX = -8
with suppress(AttributeError):  # another C library
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)

# NumPy's linear algebra is not used; without this it starts a thread for each core at import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The folder of counts is made before anything counts.
from addsup.server.observability import multiprocess_dir

multiprocess_dir.make_folder()

# Imported here, in the master, so that workers share the memory of it and start at once.
from addsup.server import wsgi
from addsup.server.observability.log_format import Formatter, announce
from addsup.server.observability.log_writer import write_from_a_thread
from addsup.server.settings import Settings
from addsup.server.worker.shutdown import hold_signals_over_fork
from addsup.server.worker.worker import Worker

# Gunicorn executes this file anew at each reload, so nothing is made here that outlives one.
_chosen = wsgi.choose(Worker.server_stop.is_due)

wsgi_app = f"{wsgi.__name__}:{wsgi.application.__name__}()"
bind = [_chosen.address]
workers = _chosen.web_concurrency
loglevel = _chosen.log_level
forwarded_allow_ips = ""  # whom to believe is said by TRUSTED_PROXIES alone

worker_class = Worker
threads = _chosen.threads
worker_connections = _chosen.max_connections
Worker.max_requests_at_work = _chosen.max_concurrency
Worker.max_body_bytes = _chosen.max_body_bytes
Worker.health_paths = wsgi.health_paths(_chosen)
Worker.is_long = staticmethod(wsgi.is_long)
Worker.render_error = staticmethod(wsgi.render_refusal)

timeout = 5  # seconds for which a worker's event loop may hang; see `Heartbeat`
keepalive = _chosen.keep_alive_seconds  # Heroku's router, which must close first, waits 90 s
graceful_timeout = 20  # and Heroku kills 30 s after SIGTERM
control_socket_disable = True  # it would be a socket in the home directory, which may not exist

# Heartbeats go through a file; one on a disk may stall, and a container may have none to write to.
_memory = "/dev/shm"  # noqa: S108
worker_tmp_dir = _memory if os.access(_memory, os.W_OK) else None


class _Log(Logger):
    """Gunicorn's messages in the form of all others and without what clients wrote."""

    def setup(self, cfg: Any) -> None:
        """Take over Gunicorn's handlers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Formatter(_chosen.log_format))


logger_class = _Log


def on_starting(arbiter: Any) -> None:
    """Refuse to start, in one sentence, where nobody can listen; prepare for the forks."""
    if "LISTEN_FDS" not in os.environ and "GUNICORN_FD" not in os.environ:
        _check_addresses(arbiter.cfg.address)
    hold_signals_over_fork()
    Worker.server_stop.watch(arbiter)
    # A collection after the fork would write to every object, and so copy 10 MB into each process.
    gc.collect()
    gc.freeze()


def _check_addresses(addresses: list[Any]) -> None:
    """Try what Gunicorn would try for five seconds, and log eleven lines of."""
    for host, port in (each for each in addresses if isinstance(each, tuple)):
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as plug:
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                plug.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot listen on {host}, port {port}: {error.strerror}. Set HOST or PORT.")


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Let no worker wait for whoever reads its log."""
    write_from_a_thread(Formatter(_chosen.log_format))


def pre_exec(arbiter: Any) -> None:
    """Upon SIGUSR2, be called again as a module.

    Called as a script, Gunicorn would have its own folder on the path of imports, whose `http`
    hides that of Python.
    """
    words = arbiter.START_CTX["args"]
    if words[1].endswith("__main__.py"):
        words[1:2] = ["-m", "gunicorn"]


def when_ready(arbiter: Any) -> None:
    """Say where the server is, and which settings have other names now."""
    for sentence in Settings.outdated(os.environ):
        announce(_chosen.log_format, sentence)
    is_ours = arbiter.cfg.bind == bind and not arbiter.systemd
    urls = [_chosen.url] if is_ours else map(str, arbiter.LISTENERS)
    announce(_chosen.log_format, f"Listening on {', '.join(urls)}")


def child_exit(_arbiter: Any, worker: Any) -> None:
    """Keep the counts of a worker that has ended."""
    multiprocess_dir.forget_worker(worker.pid)
    Worker.balance.leave(worker.age)
