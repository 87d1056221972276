"""`python -m addsup.server.healthcheck` against servers that are not what it hopes for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.live import environment, free_port
from tests.places import ROOT


class Unready(BaseHTTPRequestHandler):
    """A server whose every answer is 503."""

    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Stay silent."""


@pytest.fixture
def unready_port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Unready) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def complaint(**settings: str) -> str:
    """What the check has to say."""
    ended = subprocess.run(
        [sys.executable, "-m", "addsup.server.healthcheck"],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_server_that_is_not_ready_fails_the_check(unready_port: int) -> None:
    said = complaint(PORT=str(unready_port))

    assert said == "The server is not ready: /readyz answers 503.\n"


def test_server_that_is_not_there_fails_the_check() -> None:
    said = complaint(PORT=str(free_port()))

    assert said == "The server does not answer: [Errno 111] Connection refused\n"


def test_port_that_is_none_fails_the_check_with_the_setting_s_sentence() -> None:
    said = complaint(PORT="http")

    assert "PORT is 'http', but must be a whole number from 1 to 65535." in said
