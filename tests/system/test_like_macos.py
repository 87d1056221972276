"""The server with only the names and files that macOS has: a simulation, since CI runs Linux."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.live import PATIENCE, exchange, running_server

SCRIPT = Path(__file__).with_name("like_macos.py")


@pytest.mark.parametrize("selector", ["poll", "select"])
def test_requests_are_answered_without_what_linux_alone_has(selector: str) -> None:
    with running_server([sys.executable, str(SCRIPT), selector]) as server:
        with server.connection() as connection:
            for _ in range(20):
                answer = exchange(
                    connection,
                    "/predict",
                    "POST",
                    '{"review": "A wonderful film."}',
                    Content_Type="application/json",
                )
                assert answer.json["label"] == "positive"
        page = server.ask("/")
        counts = server.ask("/metrics")
        server.process.send_signal(signal.SIGHUP)
        after = server.predict({"review": "Awful."})
        server.process.terminate()
        assert server.process.wait(PATIENCE) == 0

    assert (page.status, counts.status, after.json["label"]) == (200, 200, "negative")
