"""The newest Python that is supported, on Debian's forky, for an ordinary user with make alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.image.sandbox import ANY_UID, Unpacked, bubblewrap, started
from tests.live import LiveServer, free_port, wait_until_ready
from tests.places import ROOT

pytestmark = pytest.mark.image

#: What pip needs of this machine to reach its index.
OF_PIP = {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "PIP_PROXY")}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone of this tree that belongs to an ordinary user, with make beside it."""
    folder = tmp_path_factory.mktemp("newest")
    subprocess.run(["git", "clone", "--quiet", ROOT, folder / "project"], check=True)
    (folder / "bin").mkdir()
    shutil.copy(shutil.which("make") or "make", folder / "bin" / "make")
    folder.chmod(0o755)
    subprocess.run(["chown", "-R", f"{ANY_UID}:{ANY_UID}", folder], check=True)
    yield folder
    shutil.rmtree(folder)


def make(base: Unpacked, clone: Path, target: str, **settings: str) -> list[str]:
    """The command line of `make TARGET` in *clone*, for a user who may do nothing else."""
    search = "/mnt/bin:/usr/local/bin:/usr/bin:/bin"
    environ = {"HOME": "/tmp", "PATH": search, **OF_PIP, **settings}
    options = ["--bind", str(clone), "/mnt", "--chdir", "/mnt/project", "--die-with-parent"]
    for file in ("/etc/resolv.conf", "/etc/ssl/certs"):
        options += ["--ro-bind", file, file]
    return bubblewrap(base, environ, ["make", target], options)


def test_make_serve_answers(base: Unpacked, clone: Path) -> None:
    port = free_port()
    subprocess.run(make(base, clone, ".venv/serve/installed"), check=True)
    with TemporaryFile() as output:
        running = started(make(base, clone, "serve", PORT=str(port)), output=output)
        server = LiveServer(port, running.process, output)
        try:
            wait_until_ready(server)
            assert server.predict({"review": "A wonderful film."}).json["label"] == "positive"
            assert server.ask("/version").json["python"].startswith("3.14.")
        finally:
            running.send(signal.SIGKILL)  # to process 1 in there, with which all of it ends
            running.process.wait()


def test_make_test_passes(base: Unpacked, clone: Path) -> None:
    ended = subprocess.run(make(base, clone, "test"), capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    print(ended.stdout.splitlines()[-1])
