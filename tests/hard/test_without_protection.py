"""Without the protection that a test is about, the test fails: each is tried that way once.

The server is started from a configuration that is the real one and then takes the protection away;
the test itself runs unchanged, in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hard.conftest import Judge
from tests.live import CONTROL
from tests.places import ROOT

pytestmark = pytest.mark.hard

REAL = ROOT / "server" / "gunicorn.conf.py"
BEGINNING = f"""
__file__ = {str(REAL)!r}
exec(compile(open(__file__).read(), __file__, "exec"))
"""
STOCK = 'worker_class = "gthread"'
JUDGED = ("AssertionError", "tests.hard.conftest.Disturbed")
STOCK_LOG = 'logger_class = "gunicorn.glogging.Logger"'


@dataclass(frozen=True)
class Control:
    """A protection, the lines that take it away, the test that must miss it, and how it says so."""

    protection: str
    lines: str
    test: str
    complaint: str


CONTROLS = [
    Control(
        "a stopping worker accepts",
        STOCK,
        "faults.py::test_sigterm_loses_no_request[1]",
        "SIGTERM under 16 clients",
    ),
    Control(
        "clients that stall hold no thread",
        STOCK,
        "load.py::test_64_stalling_clients_lock_nobody_out[slow read-first_words4]",
        "64 sockets, slow read:",
    ),
    Control(
        "the line is bounded",
        "Worker.max_requests_at_work = 10**9",
        "load.py::test_five_times_overload_is_refused_at_once",
        "five times overload: refused with 503:",
    ),
    Control(
        "health checks do not stand in line",
        "Worker.health_paths = frozenset()",
        "load.py::test_five_times_overload_is_refused_at_once",
        "five times overload: health checks: answered:",
    ),
    Control(
        "a call that hangs in the pool is given up",
        "from addsup.server.worker import dispatcher\ndispatcher.HUNG_SECONDS = 3600",
        "faults.py::test_a_hung_inference_is_given_up",
        "a hung inference",
    ),
    Control(
        "workers share connections",
        "Worker.balance.is_ahead = lambda worker: False",
        "load.py::test_connections_are_spread_over_the_workers",
        "16 connections on 2 workers",
    ),
    Control(
        "SIGHUP reads the model again",
        "wsgi.approve = lambda *_: wsgi.approved",
        "faults.py::test_a_new_model_is_taken_over_without_a_failed_request",
        "the same: /model shows the new sha256",
    ),
    Control(
        "a refused body is read to its end",
        "from addsup.server.worker import request_parser\nrequest_parser.DISCARDED_BYTES = 0",
        "hostile.py::test_one_byte_too_many_is_413_and_the_connection_goes_on",
        "1 byte over the limit",
    ),
    Control(
        "what is not HTTP is refused as such",
        STOCK,
        "hostile.py::test_raw_http_that_is_not_http_gets_one_refusal",
        "raw HTTP",
    ),
    Control(
        "proxies are not believed",
        "import dataclasses\nbelieving = dataclasses.replace(wsgi.chosen, trusted_proxies=1)\n"
        "wsgi.prepared = wsgi.unready_app(believing)",
        "privacy.py::test_untrusted_hosts_and_forged_forwarding_have_no_effect",
        "forged X-Forwarded-*",
    ),
    Control(
        "logs hold nothing that was typed",
        f"{STOCK}\n{STOCK_LOG}",
        "privacy.py::test_what_was_typed_is_in_no_log_line",
        "a canary",
    ),
    Control(
        "logs hold no path",
        f'{STOCK}\n{STOCK_LOG}\naccesslog = "-"\naccess_log_format = "%(U)s"',
        "privacy.py::test_a_path_cannot_forge_a_log_line",
        "%0a and ESC in a path",
    ),
]


@pytest.fixture(scope="module")
def missed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Protection -> how its test fails without it. They mostly wait, so there are a few at once."""
    folder = tmp_path_factory.mktemp("controls")
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda control: how_it_fails(control, folder), CONTROLS)
        return {control.protection: said for control, said in zip(CONTROLS, results, strict=True)}


def how_it_fails(control: Control, folder: Path) -> str:
    """The first line of what the test says; empty if it does not fail, or for another reason."""
    configuration = folder / f"{CONTROLS.index(control)}.conf.py"
    configuration.write_text(BEGINNING + control.lines + "\n")
    run = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-q",
            "-m",
            "hard",
            f"tests/hard/test_{control.test}",
        ],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "KEEP_TABLE"}
        | {CONTROL: str(configuration)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    outcome = run.stdout.splitlines()[-1]
    assert "passed" in outcome or "failed" in outcome, f"it could not run: {run.stdout}"
    said = [line[1:].strip() for line in run.stdout.splitlines() if line.startswith("E   ")]
    # What was judged comes last where it stands behind the error that was judged.
    judged = [line for line in said if line.startswith(JUDGED)]
    return (judged or said or [""])[0]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.protection)
def test_without_its_protection_a_test_fails_as_it_says(
    control: Control, missed: dict[str, str], judge: Judge
) -> None:
    kind, _, said = missed[control.protection].partition(": ")

    judge(
        f"the control: not so that {control.protection}",
        said[:160].replace("|", "/") or "its test passes",
        "its test fails",
        kind in JUDGED and said.startswith(control.complaint),
    )
