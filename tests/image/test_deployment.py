"""What Docker and Heroku read and call, without building anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from addsup.server.settings import Settings
from tests.live import environment, free_port
from tests.places import ROOT

DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
SETTINGS = {each.name: each for each in Settings.documented()}


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.score"])
def test_hadolint_has_no_findings(name: str) -> None:
    linted = subprocess.run([HADOLINT, ROOT / name], capture_output=True, text=True, check=False)

    assert (linted.returncode, linted.stdout) == (0, "")


def test_base_is_the_official_slim_image_unless_told_otherwise() -> None:
    text = DOCKERFILE.read_text()

    assert "ARG PYTHON_IMAGE=docker.io/library/python:3.14-slim\n" in text
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON_IMAGE}"}


@pytest.mark.parametrize("name", ["Dockerfile", "Dockerfile.score"])
def test_only_hashed_wheels_and_this_package_are_installed(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", "")

    of_others, own = [], []
    for install in re.findall(r"pip\b[^&\n]* install [^&\n]*", text):
        (own if "/wheel/*.whl" in install else of_others).append(install)

    assert all("--require-hashes --only-binary :all: -r" in re.sub(" +", " ", e) for e in of_others)
    assert len(of_others) == 2
    assert ["--no-deps --no-index" in each for each in own] == [True]


def test_heroku_builds_this_dockerfile_and_runs_its_command() -> None:
    """Without a `run` section Heroku takes the CMD; it knows no other key that we would need."""
    manifest = yaml.safe_load((ROOT / "heroku.yml").read_text())

    assert manifest == {"build": {"docker": {"web": "Dockerfile"}}}
    assert "\nCMD [" in DOCKERFILE.read_text()


def test_one_click_deploy_uses_the_container_stack() -> None:
    app = json.loads((ROOT / "app.json").read_text())

    assert app["stack"] == "container"
    assert app["formation"]["web"]["quantity"] == 1


def test_one_click_deploy_sets_what_the_server_knows() -> None:
    app = json.loads((ROOT / "app.json").read_text())
    values = {name: entry["value"] for name, entry in app["env"].items()}

    assert values.keys() <= SETTINGS.keys()
    assert "PORT" not in values, "Heroku sets it"
    assert Settings.from_environment(values) == Settings(), "the defaults, so that one can see them"


@pytest.mark.parametrize("ignored", ["EXPOSE", "HEALTHCHECK", "VOLUME", "STOPSIGNAL", "SHELL"])
def test_server_does_not_rely_on_what_heroku_ignores(ignored: str) -> None:
    """EXPOSE and HEALTHCHECK are for other engines; the port comes from PORT."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line.startswith(ignored)]

    expected = {"EXPOSE": 1, "HEALTHCHECK": 1}

    assert len(lines) == expected.get(ignored, 0)


def test_port_that_the_image_names_is_the_default() -> None:
    assert f"\nEXPOSE {SETTINGS['PORT'].default}\n" in DOCKERFILE.read_text()


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
