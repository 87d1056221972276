"""The audit, by the real pip-audit, against an advisory service that is made here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from audit.__main__ import PINNED, main
from audit.asking import KNOWN_VULNERABLE
from tests.live import free_port

Service = ThreadingHTTPServer


class Answers(BaseHTTPRequestHandler):
    """Answers as OSV does, from the advisories of its server."""

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pin = f"{query['package']['name']}=={query['version']}"
        status, advisories = self.server.answers.get(pin, (200, []))  # type: ignore[attr-defined]
        body = json.dumps({"vulns": advisories} if advisories else {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def advisory(name: str, mended: str) -> dict[str, object]:
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": mended}]}
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [span]}
    return {"id": f"TEST-{name}", "affected": [affected]}


@pytest.fixture
def service() -> Iterator[Service]:
    """An advisory service that knows what all know."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.answers = {KNOWN_VULNERABLE: (200, [advisory("jinja2", "2.7.3")])}  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def audit(service: Service, *files: Path) -> int:
    url = f"http://127.0.0.1:{service.server_address[1]}/v1/query"
    return main(["--osv-url", url, *map(str, files)])


def flask_pin() -> str:
    (pin,) = (line for line in PINNED[0].read_text().splitlines() if line.startswith("flask=="))
    return pin.removesuffix(" \\")


def test_all_that_is_pinned_is_asked_for(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    status = audit(service)

    assert status == 0
    assert capsys.readouterr().out == (
        "requirements-serve.txt, requirements-train.txt, requirements-dev.txt: "
        "no known vulnerabilities, says osv.\n"
    )


def test_vulnerability_is_named_with_its_file_and_the_way_out(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answers[flask_pin()] = (200, [advisory("flask", "99.0")])  # type: ignore[attr-defined]

    status = audit(service, *PINNED[:2])

    said = capsys.readouterr().out
    assert status == 1
    assert f"{flask_pin()} (requirements-serve.txt): TEST-flask, mended in 99.0\n" in said


def test_service_that_knows_no_vulnerability_at_all_is_not_believed(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answers.clear()  # type: ignore[attr-defined]

    status = audit(service, PINNED[0])

    said = capsys.readouterr().out
    assert status == 3
    assert said.startswith("Nothing is known of requirements-serve.txt: no advisory service")
    assert f"it has no advisories, not even for {KNOWN_VULNERABLE}" in said


def test_service_that_fails_half_way_is_no_clean_bill(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answers[flask_pin()] = (500, [])  # type: ignore[attr-defined]

    status = audit(service, PINNED[0])

    assert status == 3
    assert "Nothing is known of requirements-serve.txt" in capsys.readouterr().out


def test_service_that_is_out_of_reach_is_not_a_finding(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main(["--osv-url", f"http://127.0.0.1:{free_port()}/", str(PINNED[0])])

    assert status == 3
    assert "no advisory service could be asked. osv: " in capsys.readouterr().out


@pytest.mark.slow
def test_real_services_are_asked_or_said_to_be_out_of_reach(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever they know today: a finding is for `make audit` to fail on, not for this test."""
    status = main(["--timeout", "5"])

    said = capsys.readouterr().out
    assert status in (0, 1, 3)
    assert ("no advisory service could be asked" in said) == (status == 3)
