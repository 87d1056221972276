"""The files that Docker and Heroku read, without building anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from addsup.server.settings import Settings

from tests.places import ROOT

DOCKERFILE = ROOT / "Dockerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
SETTINGS = {each.name: each for each in Settings.documented()}


def test_hadolint_has_no_findings() -> None:
    linted = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)

    assert (linted.returncode, linted.stdout) == (0, "")


def test_base_is_the_official_slim_image_unless_told_otherwise() -> None:
    text = DOCKERFILE.read_text()

    assert "ARG PYTHON_IMAGE=docker.io/library/python:3.14-slim\n" in text
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${PYTHON_IMAGE}"}


def test_only_hashed_wheels_are_installed() -> None:
    text = DOCKERFILE.read_text().replace("\\\n", "")

    installs = re.findall(r"pip\b.* install .*", text)

    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "--only-binary :all: -r /requirements-serve.txt" in installs[0]


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
