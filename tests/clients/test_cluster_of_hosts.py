"""A cluster on hosts of their own: scheduler, two workers and S3, each behind a network device."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from tests.clients.conftest import environment, s3_at
from tests.live import stop, until
from tests.places import ROOT

pytestmark = pytest.mark.clients

FILES, ROWS = 8, 3_000
TEXT = "A wonderful film with great acting. " * 20
PORT = 5555


@dataclass(frozen=True)
class Host:
    """A network namespace with an address on the bridge."""

    name: str
    address: str

    def start(self, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start *command* there."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command],
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def hosts(*names: str) -> Iterator[list[Host]]:
    """Hosts on a bridge of their own, on which this machine has the address 10.77.7.1."""
    tag = f"s{os.getpid() % 10_000}"
    made = [Host(f"{tag}-{name}", f"10.77.7.{2 + i}") for i, name in enumerate(names)]
    ip("link", "add", "name", tag, "type", "bridge")
    try:
        ip("addr", "add", "10.77.7.1/24", "dev", tag)
        ip("link", "set", tag, "up")
        for i, host in enumerate(made):
            here, there = f"{tag}h{i}", f"{tag}t{i}"
            ip("netns", "add", host.name)
            ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", host.name)
            ip("link", "set", here, "master", tag, "up")
            inside = ("netns", "exec", host.name, "ip")
            ip(*inside, "addr", "add", f"{host.address}/24", "dev", there)
            ip(*inside, "link", "set", there, "up")
            ip(*inside, "link", "set", "lo", "up")
        yield made
    finally:
        for host in made:
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)
        ip("link", "del", tag)


def answers(address: str, port: int) -> bool:
    probe = ["bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("killed", [False, True])
def test_folder_in_s3_is_scored_by_the_hosts_even_if_one_dies(
    monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make network namespaces")
    with ExitStack() as opened:
        storage, boss, *others = opened.enter_context(hosts("s3", "boss", "one", "two"))
        for name, value in s3_at(f"http://{storage.address}:{PORT}").items():
            monkeypatch.setenv(name, value)
        dask = (sys.executable, "-m", "dask")
        moto = str(environment("moto") / "moto_server")
        started = [
            storage.start(moto, "-H", storage.address, "-p", str(PORT)),
            boss.start(*dask, "scheduler", "--host", boss.address, "--no-dashboard"),
        ]
        until(lambda: answers(storage.address, PORT), lambda: "S3 does not answer")
        until(lambda: answers(boss.address, 8786), lambda: "the scheduler does not answer")
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        address = f"tcp://{boss.address}:8786"
        workers = [
            host.start(*dask, "worker", address, "--host", host.address, *options)
            for host in others
        ]
        for process in (*started, *workers):
            opened.callback(stop, process)
        system = fill_bucket()

        command = [sys.executable, "-m", "addsup", "score", "models/sentiment.onnx", "--quiet"]
        running = subprocess.Popen(
            [*command, "s3://reviews/in", "s3://reviews/out", "--scheduler", address],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if killed:
            begun = "reviews/out/_progress.json"
            until(lambda: system.get_file_info(begun).is_file, lambda: "nothing is done")
            workers[0].send_signal(signal.SIGKILL)
        printed, errors = running.communicate(timeout=200)

        assert running.returncode == 0, errors
        assert json.loads(printed)["rows"] == FILES * ROWS
        found = pa.concat_tables(
            pq.read_table(f"reviews/out/{number}.parquet", filesystem=system)
            for number in range(FILES)
        )
        assert found["id"].to_pylist() == list(range(FILES * ROWS))
        assert found["label"].unique().to_pylist() == ["positive"]


def fill_bucket() -> fs.FileSystem:
    """Put files of texts into the bucket `reviews`."""
    system, _ = fs.FileSystem.from_uri("s3://reviews?allow_bucket_creation=true")
    system.create_dir("reviews")
    for number in range(FILES):
        ids = range(ROWS * number, ROWS * (number + 1))
        table = pa.table({"id": ids, "text": [TEXT] * ROWS})
        pq.write_table(table, f"reviews/in/{number}.parquet", filesystem=system)
    return system
