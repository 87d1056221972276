"""Where the server listens and runs, and what it prints of itself."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from addsup.models import SENTIMENT
from addsup.server.settings import Settings
from tests.live import (
    PATIENCE,
    command,
    environment,
    exchange,
    free_port,
    running_server,
    stop,
    until,
    workers_of,
)
from tests.places import ROOT

MAKE_SERVE = [sys.executable, "-m", "addsup", "serve"]

#: Starts the server with only the names and files that macOS has: a simulation on Linux.
LIKE_MACOS = Path(__file__).with_name("like_macos.py")


class UnixConnection(http.client.HTTPConnection):
    """A connection to a socket in the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))


def _connects(connection: UnixConnection) -> bool:
    try:
        connection.connect()
    except OSError:  # it is made before it is listened on
        connection.close()
        return False
    return True


def test_a_unix_socket_is_listened_on(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    environ = environment(HOST=f"unix:{path}")
    process = subprocess.Popen(MAKE_SERVE, cwd=ROOT, env=environ, stdout=subprocess.PIPE)
    try:
        connection = UnixConnection(path)
        until(lambda: _connects(connection))
        for _ in range(3):
            connection.request(
                "POST", "/predict", '{"review": "Good."}', {"Content-Type": "application/json"}
            )
            assert connection.getresponse().read().startswith(b'{"label":"positive"')
        connection.close()
        check = [sys.executable, "-m", "addsup.server.healthcheck"]
        assert subprocess.run(check, cwd=ROOT, env=environ, check=False).returncode == 0
    finally:
        assert stop(process) == 0
    assert process.stdout
    with process.stdout as printed:
        assert f"Listening on unix:{path}" in printed.read().decode()


def test_a_name_that_is_not_known_is_refused_in_a_sentence() -> None:
    refused = subprocess.run(
        MAKE_SERVE,
        cwd=ROOT,
        env=environment(HOST="nowhere.invalid"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "addsup serve: HOST is 'nowhere.invalid', which is not known here: "
    )
    assert refused.stderr.count("\n") == 1


def said(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAKE_SERVE, *words],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_shows_every_setting_with_its_default() -> None:
    shown = said("--help")

    assert shown.returncode == 0
    for name, default, _ in Settings.documented():
        assert f"  {name} ({default})" in shown.stdout


def test_the_file_that_is_typed_goes_before_the_settings(tmp_path: Path) -> None:
    for suffix in (".onnx", ".onnx.sha256"):
        shutil.copy(SENTIMENT.with_suffix(suffix), tmp_path / f"mine{suffix}")
    port = free_port()
    environ = environment(MODEL_PATH=str(tmp_path / "none.onnx"), HOST="0.0.0.0", PORT="1")
    process = subprocess.Popen(
        [*MAKE_SERVE, "mine.onnx", "--port", str(port), "--host", "localhost"],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout
        assert f"Listening on http://localhost:{port}".encode() in process.stdout.readline()
        connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
        connection.request("GET", "/v1/models")
        assert connection.getresponse().read() == b'{"models":["mine"]}\n'
        connection.close()
    finally:
        assert stop(process) == 0
        process.stdout.close()


def test_options_of_gunicorn_stand_after_two_dashes(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    environ = environment(PORT=str(free_port()))
    process = subprocess.Popen(
        [*MAKE_SERVE, "--", "--pid", str(pid)], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: pid.exists() and pid.read_text())
        assert int(pid.read_text()) == process.pid
    finally:
        stop(process)


@pytest.mark.parametrize("selector", ["poll", pytest.param("select", marks=pytest.mark.slow)])
def test_requests_are_answered_without_what_linux_alone_has(selector: str) -> None:
    with running_server([sys.executable, str(LIKE_MACOS), selector]) as server:
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


def test_standard_descriptors_that_are_closed_stay_nobodys() -> None:
    shell = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    with running_server([*shell, *command()], KEEP_ALIVE_SECONDS="1") as server:
        assert server.predict({"text": "Good."}).status == 200
        for pid in (server.process.pid, *workers_of(server, 2)):
            held = [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in range(3)]
            # libffi opens its own file, and keeps it, before the first line of ours runs.
            assert held[0] == os.devnull or "libffi" in held[0]
            assert held[1:] == [os.devnull] * 2
        with server.connection() as connection:
            exchange(connection, "/livez")
            assert connection.sock.recv(1) == b"", "an idle connection ends after a second"
