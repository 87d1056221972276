"""What is told to whom."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from tests.hard.conftest import Judge
from tests.live import command, running_server, stop

pytestmark = pytest.mark.hard

CANARY = "kanarienvogelzwitschern"
JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}

FAILING = """
from addsup.inference.model import Model
from addsup.server.wsgi import application as make

def fail(self, reviews):
    raise RuntimeError(f"cannot read {reviews}")

Model.predict = fail
application = make
"""


def test_untrusted_hosts_and_forged_forwarding_have_no_effect(judge: Judge) -> None:
    with running_server(TRUSTED_HOSTS="example.org,127.0.0.1") as server:
        trusted = server.ask("/", Host="example.org").status
        foreign = server.ask("/", Host="evil.example").status
        forged = server.ask("/", X_Forwarded_Host="evil.example", X_Forwarded_Proto="https")

    judge(
        "TRUSTED_HOSTS: trusted, foreign",
        f"{trusted}, {foreign}",
        "200, 400",
        (trusted, foreign) == (200, 400),
    )
    believed = b"evil" in forged.body or "Strict-Transport-Security" in forged.headers
    judge(
        "forged X-Forwarded-*", "believed" if believed else "no effect", "no effect", not believed
    )


def test_what_was_typed_is_in_no_log_line(tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "failing.py").write_text(FAILING)
    with running_server(LOG_LEVEL="debug") as server:
        server.predict({"review": CANARY})
        server.predict({CANARY: CANARY})
        server.ask("/", "POST", f"review={CANARY}", **FORM)
        server.ask(f"/predict?review={CANARY}", "POST", b"{}", **JSON)
        server.ask(f"/{CANARY}")
        for framing in ("Content-Length: 5", "Content-Length: x", "Transfer-Encoding: chunked"):
            request = (
                f"POST /predict HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n{CANARY} {CANARY}\r\n\r\n"
            )
            server.exchange_raw(request.encode())
        stop(server.process)  # which writes what still waits
        printed = server.printed()
    start = [*command(), "--pythonpath", str(tmp_path), "failing:application()"]
    with running_server(start=start, PYTHONPATH=str(tmp_path), LOG_LEVEL="debug") as server:
        status = server.predict({"review": CANARY}).status
        stop(server.process)
        printed += server.printed()

    judge(
        "a canary in JSON, form, query, path, bad framing and a forced 500: log lines with it",
        str(printed.count(CANARY)),
        "0",
        CANARY not in printed and status == 500,
    )
    assert len(printed.splitlines()) > 8


def test_a_path_cannot_forge_a_log_line(judge: Judge) -> None:
    with running_server() as server:
        time.sleep(0.5)
        before = len(server.printed().splitlines())
        with socket.create_connection(("127.0.0.1", server.port)) as plug:
            plug.sendall(
                b"GET /a%0aINFO%1b[31mforged HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            while plug.recv(65536):
                pass
        time.sleep(0.5)
        lines = server.printed().splitlines()[before:]

    judge("%0a and ESC in a path: log lines", str(len(lines)), "1", len(lines) == 1)
    assert "\x1b" not in lines[0]
