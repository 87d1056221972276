"""Requests of the README and the API's page, run by curl against the real server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.live import LiveServer
from tests.places import ROOT

TEXT = "\n".join((ROOT / name).read_text() for name in ("README.md", "docs/api.md"))
EXAMPLES = re.findall(r"```console\n\$ (curl [^\n]*)\n(.*?)\n```", TEXT, re.DOTALL)


#: What is another each time: the id of a request, the version of a model.
CHANGING = {"instance", "model_version"}


def comparable(reply: str) -> Any:
    """*reply* with numbers as exact as every processor gives them, without what changes."""

    def keep(members: dict[str, Any]) -> dict[str, Any]:
        return {name: "*" if name in CHANGING else value for name, value in members.items()}

    return json.loads(reply, parse_float=lambda number: round(float(number), 6), object_hook=keep)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize(("command", "reply"), EXAMPLES)
def test_example_gets_the_reply_that_is_shown(
    command: str, reply: str, live_server: LiveServer
) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is missing: apt-get install curl")  # in CI a skip is a failure
    here = command.replace("localhost:8000", f"127.0.0.1:{live_server.port}")

    done = subprocess.run(here, shell=True, capture_output=True, text=True, check=True)

    assert comparable(done.stdout) == comparable(reply)
