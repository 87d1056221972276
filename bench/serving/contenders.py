"""Contenders: who is measured, and how each is started.

Two worker processes, keep-alive, no access log unless it is this server's, which logs and counts as
it always does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.places import PEERS, ROOT

SERVE: Final = ROOT / "requirements-serve.txt"
FLASK: Final = PEERS / "flask.txt"
PICKLES: Final = PEERS / "pickles.txt"

# Two workers with four threads each: what Gunicorn's documents call a start for gthread.
STOCK_GUNICORN: Final = (
    *("-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--no-control-socket"),
    *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "95"),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """One server.

    Attributes:
        name: on the command line.
        title: in the table.
        requirements: all that its environment holds.
        arguments: what Python is started with; `{port}` stands for the port.
        classifies: whether it looks at the review at all.
        batches: whether it takes several reviews in a request.
        is_peer: whether someone would run it in place of this server.
    """

    name: str
    title: str
    requirements: Path
    arguments: tuple[str, ...] = field(repr=False)
    classifies: bool = True
    batches: bool = True
    is_peer: bool = False

    def command(self, python: Path, port: int) -> list[str]:
        """The command that starts it on *port*."""
        return [str(python), *(argument.format(port=port) for argument in self.arguments)]


SERVER: Final = Contender(
    "server", "**this server**, logs and metrics on", SERVE, ("-m", "addsup", "serve")
)
CEILING: Final = Contender(
    "ceiling",
    "plain Flask: parse the JSON, answer a constant",
    FLASK,
    (*STOCK_GUNICORN, "bench.serving.ceiling:app"),
    classifies=False,
)
OUR_WORKER: Final = Contender(
    "worker",
    "the same under this server's worker",
    SERVE,
    ("-m", "gunicorn", "--config", "server/gunicorn.conf.py", "bench.serving.ceiling:app"),
    classifies=False,
)

ARTICLE: Final = Contender(
    "article",
    "the article's app: two pickles, loaded for each review",
    PICKLES,
    (*STOCK_GUNICORN, "bench.peers.article:app"),
    batches=False,
    is_peer=True,
)
FLASK_ONCE: Final = Contender(
    "flask",
    "Flask, the pickles loaded once",
    PICKLES,
    (*STOCK_GUNICORN, "bench.peers.flask_once:app"),
    is_peer=True,
)
FASTAPI: Final = Contender(
    "fastapi",
    "FastAPI under uvicorn",
    PEERS / "fastapi.txt",
    (
        *("-m", "uvicorn", "--port", "{port}", "--workers", "2", "--log-level", "warning"),
        *("--timeout-keep-alive", "95", "bench.peers.fastapi_app:app"),
    ),
    is_peer=True,
)
LITSERVE: Final = Contender(
    "litserve",
    "LitServe",
    PEERS / "litserve.txt",
    ("-m", "bench.peers.litserve_app", "{port}"),
    is_peer=True,
)
#: What `make bench` measures; the others have to be asked for with --only.
USUAL: Final = (SERVER, CEILING, OUR_WORKER, ARTICLE, FASTAPI, LITSERVE)
ALL: Final = (*USUAL, FLASK_ONCE)
BY_NAME: Final = {contender.name: contender for contender in ALL}
