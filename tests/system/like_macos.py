"""Starts the server without the names and files that only Linux has; `like_macos.py SELECTOR`.

What macOS lacks is taken away before anything of the server, or of Gunicorn, is imported.
"""

import builtins
import ctypes
import errno
import io
import os
import runpy
import select
import signal
import socket
import sys

LINUX_ONLY = {
    socket: ("TCP_USER_TIMEOUT", "TCP_QUICKACK", "TCP_DEFER_ACCEPT", "SO_REUSEPORT_LB", "SO_MARK",
             "SOCK_NONBLOCK", "SOCK_CLOEXEC", "AF_NETLINK", "AF_PACKET", "MSG_NOSIGNAL"),
    os: ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "posix_fadvise",
         "eventfd", "splice", "accept4", "SCHED_IDLE", "O_TMPFILE", "O_PATH", "setresuid"),
    signal: ("pidfd_send_signal", "sigtimedwait", "sigwaitinfo", "SIGPWR", "SIGSTKFLT"),
}  # fmt: skip
HIDDEN = ("/proc", "/dev/shm", "/sys")


def hide(function):
    """*function* of a path, for which the hidden folders do not exist."""

    def wrapped(path, *arguments, **named):
        if isinstance(path, (str, bytes, os.PathLike)):
            name = os.fspath(path)
            name = name.decode() if isinstance(name, bytes) else name
            if name.startswith(HIDDEN):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return function(path, *arguments, **named)

    return wrapped


def without_mallopt(name, *arguments, original=ctypes.CDLL, **named):
    """The C library, but glibc's own functions."""
    library = original(name, *arguments, **named)
    if name is None:
        library.mallopt = None
        del library.mallopt
        type(library).__getattr__ = _no_mallopt(type(library).__getattr__)
    return library


def _no_mallopt(original):
    def getattr_(self, name):
        if name in ("mallopt", "malloc_trim", "prctl"):
            raise AttributeError(name)
        return original(self, name)

    return getattr_


for module, names in LINUX_ONLY.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
for name in ("epoll", "poll") if sys.argv[1] == "select" else ("epoll",):
    delattr(select, name)
builtins.open = io.open = hide(builtins.open)
for name in ("open", "stat", "listdir", "scandir", "readlink", "lstat"):
    setattr(os, name, hide(getattr(os, name)))
access = os.access
os.access = lambda path, *rest, **named: (
    not str(path).startswith(HIDDEN) and access(path, *rest, **named)
)
ctypes.CDLL = without_mallopt
import urllib.request  # of the standard library, so it would ask macOS for its proxies

sys.platform = "darwin"
del sys.path[0]
sys.argv = ["addsup", "serve"]
runpy.run_module("addsup", run_name="__main__", alter_sys=True)
