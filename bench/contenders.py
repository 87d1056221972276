"""Contenders: the servers that are measured, each with two worker processes and keep-alive."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import CACHE, ROOT


@dataclass(frozen=True, slots=True)
class Contender:
    """One server.

    Attributes:
        name: what its environment is called.
        title: what tables call it.
        requirements: what pip installs into its environment.
        arguments: what its Python is started with; `{port}` stands for the port.
        path: folder on PYTHONPATH.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    arguments: str
    path: Path = ROOT

    @property
    def folder(self) -> Path:
        """Where its virtual environment is."""
        return CACHE / "environments" / self.name

    def command(self, port: int) -> list[str]:
        """The command that starts it on *port*."""
        return [str(self.folder / "bin" / "python"), *self.arguments.format(port=port).split()]


#: Installed as users install it; nothing of the checkout is on its path.
ADDSUP: Final = Contender(
    "addsup",
    "**addsup**, logs and metrics on",
    ("--require-hashes", "-r", str(ROOT / "requirements-serve.txt")),
    "-m addsup serve",
    path=CACHE,
)
#: Four threads each is what Gunicorn's documentation starts with.
PLAIN_FLASK: Final = Contender(
    "gthread",
    "plain Flask answering a constant, gthread",
    ("flask==3.1.3", "gunicorn==27.0.1"),
    "-m gunicorn --bind 127.0.0.1:{port} --no-control-socket --worker-class gthread "
    "--workers 2 --threads 4 --keep-alive 95 bench.peers.plain_flask:app",
)
GRANIAN: Final = Contender(
    "granian",
    "plain Flask answering a constant, granian",
    ("flask==3.1.3", "granian==2.8.7"),
    "-m granian --interface wsgi --host 127.0.0.1 --port {port} --workers 2 "
    "--log-level warning bench.peers.plain_flask:app",
)
FASTAPI: Final = Contender(
    "fastapi",
    "FastAPI under uvicorn, pickles of scikit-learn and NLTK",
    (
        *("fastapi==0.165.0", "uvicorn[standard]==0.54.0"),
        *(f"{name}=={version(name)}" for name in ("nltk", "scikit-learn")),  # of the pickles
    ),
    "-m uvicorn --port {port} --workers 2 --log-level warning --timeout-keep-alive 95 "
    "bench.peers.fastapi_app:app",
)
CONTENDERS: Final = (ADDSUP, PLAIN_FLASK, GRANIAN, FASTAPI)
