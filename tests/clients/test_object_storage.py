"""Scoring from and to S3, by a server of its protocol that nobody here wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import fs

from addsup.inference.model import Model
from tests.clients.conftest import environment, s3_at
from tests.clusters import running_cluster
from tests.live import free_port, stop, wait_for_port
from tests.places import ROOT
from tests.train.out_of_core.conftest import made_up

pytestmark = pytest.mark.clients

ROWS = b"id,text\n1,A great film.\n2,Awful plot.\n"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.FileSystem]:
    """An S3 server with a bucket `reviews` of two files; the environment says where it is."""
    port = free_port()
    for name, value in s3_at(f"http://127.0.0.1:{port}").items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [environment("moto") / "moto_server", "-p", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(server, port)
        system, _ = fs.FileSystem.from_uri("s3://reviews?allow_bucket_creation=true")
        system.create_dir("reviews")
        for name in ("2026/1.csv", "2026/2.csv"):
            with system.open_output_stream(f"reviews/{name}") as stream:
                stream.write(ROWS)
        yield system
    finally:
        stop(server)


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "addsup", name, *arguments, "--quiet"]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )


def score(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("score", "models/sentiment.onnx", *arguments)


@pytest.mark.parametrize("files", ["s3://reviews/2026", "s3://reviews/2026/*.csv"])
def test_folder_in_a_bucket_becomes_another(bucket: fs.FileSystem, files: str) -> None:
    ended = score(files, "s3://reviews/labels", "--processes", "2")

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["labels"] == {"negative": 2, "positive": 2}
    found = bucket.get_file_info(fs.FileSelector("reviews/labels"))
    names = {info.base_name for info in found}
    assert names == {"1.csv", "2.csv", "_SUCCESS", "_progress.json"}
    lines = bucket.open_input_stream("reviews/labels/2.csv").read().decode().splitlines()
    assert lines[1].startswith('"1","positive",')


def test_same_command_again_finds_everything_done(bucket: fs.FileSystem) -> None:  # noqa: ARG001
    assert score("s3://reviews/2026", "s3://reviews/labels").returncode == 0

    again = score("s3://reviews/2026", "s3://reviews/labels")

    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["rows"] == 4


def test_bucket_that_is_not_there_is_one_sentence(bucket: fs.FileSystem) -> None:  # noqa: ARG001
    ended = score("s3://nothing/2026", "s3://reviews/labels")

    assert ended.returncode == 1
    assert ended.stderr.startswith("addsup score: s3://nothing/2026 ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.usefixtures("data_cache")
def test_cluster_trains_on_a_folder_in_a_bucket(bucket: fs.FileSystem, tmp_path: Path) -> None:
    rows = made_up(600)
    for number in range(3):
        with bucket.open_output_stream(f"reviews/labelled/{number}.csv") as stream:
            lines = [f"{text},{label}" for text, label in rows[number::3]]
            stream.write("\n".join(["text,label", *lines]).encode())
    model = tmp_path / "m.onnx"
    fit = ("--no-tune", "--data", "s3://reviews/labelled", "--export", str(model))

    with running_cluster() as cluster:
        ended = run("train", "--scheduler", cluster.address, *fit)

    assert ended.returncode == 0, ended.stderr
    assert "s3://reviews/labelled: 600 texts" in ended.stdout
    assert Model.load(model).labels == ("bad", "good", "so-so")
