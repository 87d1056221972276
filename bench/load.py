"""Load generator: runs wrk and reads what it counted."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench import BenchmarkError

CONNECTIONS: Final = 16
SCRIPT: Final = """\
local file = io.open("{body}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("counted %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.timeout + e.status))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one run.

    Attributes:
        requests: how many were answered.
        rate: requests/s.
        p50: median of the latency in ms.
        p99: its 99th percentile.
    """

    requests: int
    rate: float
    p50: float
    p99: float


def post(port: int, document: Any, seconds: int) -> Load:
    """POST *document* to /predict for some seconds, as fast as answers come.

    Raises:
        BenchmarkError: wrk is not installed, a request failed, or none was answered.
    """
    wrk = shutil.which("wrk")
    if not wrk:
        raise BenchmarkError("wrk sends the requests and is missing: apt-get install wrk")
    with TemporaryDirectory() as folder:
        body, script = Path(folder, "body"), Path(folder, "post.lua")
        body.write_text(json.dumps(document))
        script.write_text(SCRIPT.format(body=body))
        options = [
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds}s",
            "--timeout",
            "20s",
            "-s",
            str(script),
        ]
        command = [wrk, *options, f"http://127.0.0.1:{port}/predict"]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    counts = [line.split()[1:] for line in output.splitlines() if line.startswith("counted ")]
    requests, microseconds, p50, p99, failures = map(int, counts[0] if counts else [0] * 5)
    if failures or not requests:
        raise BenchmarkError(f"{failures} requests failed, {requests} were answered: {output}")
    return Load(requests, requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3)
