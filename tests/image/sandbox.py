"""Runs the built image without a container engine: `python -m tests.image.sandbox`, as root.

Buildah mounts the image's root, bubblewrap makes a container of it: the root is read-only, /tmp and
/dev/shm are small file systems in memory, the user is a real other one without any capability, and
the command is the image's own, as process 1. The tests use the same functions.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

IMAGE = "localhost/addsup"
ANY_UID = 23456
PASSED_ON = ("PORT", "WEB_CONCURRENCY")


@dataclass(frozen=True)
class Unpacked:
    """An image whose files can be looked at.

    Attributes:
        root: where its file system is, for as long as the image is unpacked.
        config: its configuration in Docker's terms: `Cmd`, `Env`, `Healthcheck`, `User`, ...
    """

    root: Path
    config: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        """What it runs, with arguments."""
        return [*(self.config.get("Entrypoint") or []), *self.config["Cmd"]]

    @property
    def environment(self) -> dict[str, str]:
        """What it sets in the environment."""
        return dict(entry.split("=", 1) for entry in self.config["Env"] or ())


@dataclass(frozen=True)
class Running:
    """A container.

    Attributes:
        pid: the number that its process 1 has out here.
        process: what waits for it and has its exit status: bwrap, or what that was started under.
    """

    pid: int
    process: subprocess.Popen[bytes]

    def send(self, number: int) -> None:
        """Send it the signal *number*, unless it has ended. A signal to bwrap would be lost."""
        if self.process.poll() is None:
            os.kill(self.pid, number)


@contextmanager
def unpacked(name: str = IMAGE) -> Iterator[Unpacked]:
    """Mount the image called *name* until the context ends."""
    container = _buildah("from", "--pull-never", name)
    try:
        described = json.loads(_buildah("inspect", "--type", "image", name))
        yield Unpacked(Path(_buildah("mount", container)), described["Docker"]["config"])
    finally:
        _buildah("rm", container)


def bubblewrap(
    image: Unpacked,
    settings: Mapping[str, str],
    command: Sequence[str] = (),
    options: Iterable[str] = (),
    uid: int = ANY_UID,
) -> list[str]:
    """The command line that runs *image* as *uid*.

    Args:
        image: what to run.
        settings: added to the image's environment; nothing of this process's gets in.
        command: what to run in place of the image's own command.
        options: more options for bwrap, such as --unshare-net.
        uid: a user, and a group of the same number; the image need not know of it.
    """
    environ = image.environment | dict(settings)
    return [
        *("bwrap", "--ro-bind", str(image.root), "/", "--proc", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/tmp", "--tmpfs", "/dev/shm", "--chmod", "1777", "/tmp"),
        *("--chmod", "1777", "/dev/shm", "--chdir", image.config["WorkingDir"] or "/"),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1"),
        *("--clearenv", *_each("--setenv", environ), *options),
        *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
        *("--cap-add", "CAP_SETPCAP", "--", *_as_user(uid), "--", *(command or image.command)),
    ]


def _as_user(uid: int) -> list[str]:
    """The image's own setpriv: it becomes that user for good, and the last capabilities go."""
    user = ("--reuid", str(uid), "--regid", str(uid), "--clear-groups")
    return ["/usr/bin/setpriv", *user, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]


def started(bubblewrapped: Sequence[str], under: Sequence[str] = (), output: Any = None) -> Running:
    """Start a container by its command line from `bubblewrap`.

    Args:
        bubblewrapped: the command line.
        under: a command to start it with, such as strace.
        output: the file that takes stdout and stderr; this process's own if None.
    """
    reader, writer = os.pipe()
    program, *options = bubblewrapped
    process = subprocess.Popen(
        [*under, program, "--info-fd", str(writer), *options],
        pass_fds=[writer],
        stdout=output,
        stderr=output and subprocess.STDOUT,
        start_new_session=True,  # so that Ctrl-C does not end bwrap, and nothing but bwrap
    )
    os.close(writer)
    with os.fdopen(reader) as info:  # not to its end, which strace keeps from coming
        told = json.loads("".join(takewhile(lambda line: line != "}\n", info)) + "}")
    return Running(told["child-pid"], process)


def _each(option: str, environ: Mapping[str, str]) -> list[str]:
    return [word for pair in environ.items() for word in (option, *pair)]


def _buildah(*arguments: str) -> str:
    return subprocess.run(
        ["buildah", *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def main() -> int:
    """Run the image, or the command given, until it ends by itself or by a signal; its status."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with unpacked(os.environ.get("IMAGE", IMAGE)) as image:
        uid = int(image.config["User"].partition(":")[0])
        running = started(bubblewrap(image, passed, sys.argv[1:], uid=uid))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: running.send(number))
        return running.process.wait()


if __name__ == "__main__":
    sys.exit(main())
