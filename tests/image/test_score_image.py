"""The image of Dockerfile.score: it scores what it gets on standard input, as any user."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.image.conftest import Builder
from tests.image.sandbox import Unpacked, bubblewrap, unpacked

pytestmark = pytest.mark.image


@pytest.fixture(scope="module")
def score_image(builder: Builder) -> Iterator[Unpacked]:
    with unpacked(builder("localhost/score-test", "--file", "Dockerfile.score")) as image:
        yield image


def run(image: Unpacked, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = bubblewrap(image, {}, [*image.config["Entrypoint"], *arguments], ["--unshare-net"])
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


def test_standard_input_is_scored(score_image: Unpacked) -> None:
    rows = "".join(json.dumps({"id": n, "text": "A great film."}) + "\n" for n in range(3))

    ended = run(
        score_image, "models/sentiment.onnx", "-", "-", "--input-format", "jsonl", stdin=rows
    )

    assert ended.returncode == 0, ended.stderr
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(row["id"], row["label"]) for row in found] == [(n, "positive") for n in range(3)]


def test_it_is_a_worker_of_dask_too(score_image: Unpacked) -> None:
    command = ["/venv/bin/python", "-m", "dask", "worker", "--version"]

    ended = subprocess.run(
        bubblewrap(score_image, {}, command), capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
