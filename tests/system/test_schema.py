"""Schemathesis: whatever the OpenAPI document allows, and much that it does not, all checks on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import LiveServer, environment, running_server

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def schemathesis(server: LiveServer, folder: Path, *options: str) -> str:
    """Run it against *server*; what it prints, if it finds nothing."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    ended = subprocess.run(
        [*command, "run", f"{server.url}/openapi.json", "--checks", "all", *options],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-20_000:]
    return ended.stdout


@pytest.mark.slow
def test_schemathesis_finds_nothing_with_150_examples_an_operation(tmp_path: Path) -> None:
    with running_server() as server:
        printed = schemathesis(server, tmp_path)

    tested = re.search(r"Tested: (\d+)", printed)
    generated = re.search(r"(\d+) generated", printed)
    assert tested and int(tested[1]) == 24
    assert generated and int(generated[1]) > 1_000


@pytest.mark.slow
def test_schemathesis_knows_the_key(tmp_path: Path) -> None:
    key = "correct-horse-battery"
    with running_server(API_KEY=key, METRICS_TOKEN=key) as server:
        schemathesis(
            *(server, tmp_path, "--max-examples", "5", "--phases", "examples,coverage"),
            *("--header", f"Authorization: Bearer {key}"),
        )
