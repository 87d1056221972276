"""What is told to whom."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path

import pytest

from tests.hard.conftest import Judge
from tests.live import ROOT, LiveServer, command, environment, running_server

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


def test_headers_that_protect_are_on_every_answer(live_server: LiveServer, judge: Judge) -> None:
    answers = {
        "form": live_server.ask("/", Accept="text/html"),
        "verdict": live_server.ask("/", "POST", "review=Good", Accept="text/html", **FORM),
        "prediction": live_server.predict({"review": "Good."}),
        "problem": live_server.predict({"review": 5}),
        "unknown route": live_server.ask("/nowhere"),
    }
    missing = []
    for name, answer in answers.items():
        policy = answer.headers.get("Content-Security-Policy", "")
        wanted = {
            "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
            "no-store": answer.headers.get("Cache-Control") == "no-store",
            "no cookie": "Set-Cookie" not in answer.headers,
            "no HSTS over http": "Strict-Transport-Security" not in answer.headers,
            "referrer": answer.headers.get("Referrer-Policy") == "same-origin",
            "permissions": "Permissions-Policy" in answer.headers,
            "default-src": "default-src 'none'" in policy,
            "frame-ancestors": "frame-ancestors 'none'" in policy,
        }
        missing += [f"{name}: {what}" for what, there in wanted.items() if not there]

    judge(
        "protecting headers on every answer: missing",
        ", ".join(missing) or "none",
        "none",
        not missing,
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({}, 200),
    ],
)
def test_forms_from_other_sites_are_refused(
    headers: dict[str, str], status: int, live_server: LiveServer, judge: Judge
) -> None:
    sent = {name: value.format(port=live_server.port) for name, value in headers.items()}

    got = live_server.ask("/", "POST", "review=Good", **FORM, **sent).status
    told = ", ".join(f"{name} {value}" for name, value in headers.items()) or "neither header"

    judge(f"form post with {told}", str(got), str(status), got == status)


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
        printed = server.printed()
    start = [*command(), "--pythonpath", str(tmp_path), "failing:application()"]
    with running_server(start=start, PYTHONPATH=str(tmp_path), LOG_LEVEL="debug") as server:
        status = server.predict({"review": CANARY}).status
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


def test_a_flipped_bit_in_the_model_stops_the_start(tmp_path: Path, judge: Judge) -> None:
    model = ROOT / "models" / "sentiment.onnx"
    content = bytearray(model.read_bytes())
    content[1000] ^= 4
    (tmp_path / "m.onnx").write_bytes(content)
    digest = Path(f"{model}.sha256").read_text()
    (tmp_path / "m.onnx.sha256").write_text(digest)

    with judge.answers("one flipped bit in the model file: the start"):
        done = subprocess.run(
            command(),
            cwd=ROOT,
            env=environment(MODEL_PATH=str(tmp_path / "m.onnx")),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    said = done.stderr + done.stdout
    judge(
        "one flipped bit in the model file",
        f"exit status {done.returncode}",
        "not 0, a sentence",
        done.returncode != 0 and "sha256" in said and "Traceback" not in said,
    )


def test_same_verdict_needs_no_cookie(live_server: LiveServer) -> None:
    answer = live_server.ask("/", "POST", urllib.parse.urlencode({"review": "Good."}), **FORM)

    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    assert json.dumps(dict(answer.headers))
