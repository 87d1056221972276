"""Load generator: runs wrk and reads what it saw."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.errors import BenchmarkFailed, NothingAnswered, WrkMissing
from bench.workloads import Workload

SCRIPT: Final = """\
local file = io.open("{body}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("seen %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.timeout + e.status))
end
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What wrk saw.

    Attributes:
        requests: how many were answered.
        seconds: for how long it asked.
        p50: half of the answers came within so many milliseconds.
        p99: 99 of 100 did.
        failures: broken connections, timeouts, and statuses of 400 and above.
    """

    requests: int
    seconds: float
    p50: float
    p99: float
    failures: int


def ask(port: int, workload: Workload, seconds: int, path: str = "/predict") -> Seen:
    """POST *workload* to *path* for some seconds, as fast as answers come, from one thread.

    Where nobody was answered in that time, ten times as long.

    Raises:
        WrkMissing: it is not installed.
        BenchmarkFailed: a request failed.
        NothingAnswered: none failed, and none was answered.
    """
    seen = _run(port, workload, seconds, path)
    if not seen.requests and not seen.failures:
        seen = _run(port, workload, 10 * seconds, path)
    if not seen.requests and not seen.failures:
        raise NothingAnswered(f"nobody was answered in {10 * seconds} seconds")
    if seen.failures:
        raise BenchmarkFailed(f"{seen.failures} requests failed, {seen.requests} were answered")
    return seen


def _run(port: int, workload: Workload, seconds: int, path: str) -> Seen:
    with TemporaryDirectory() as folder:
        body, script = Path(folder, "body"), Path(folder, "ask.lua")
        body.write_bytes(workload.body)
        script.write_text(SCRIPT.format(body=body))
        measures = ["-t1", f"-c{workload.connections}", f"-d{seconds}s", "--timeout", "20s"]
        command = [wrk(), *measures, "-s", str(script), f"http://127.0.0.1:{port}{path}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return parse(run.stdout)


def parse(output: str) -> Seen:
    """Read the line that the script printed.

    Raises:
        BenchmarkFailed: there is none.
    """
    for line in output.splitlines():
        if line.startswith("seen "):
            requests, duration, p50, p99, failures = map(int, line.split()[1:])
            return Seen(requests, duration / 1e6, p50 / 1e3, p99 / 1e3, failures)
    raise BenchmarkFailed(f"wrk ended without a result: {output.strip() or 'it printed nothing'}")


def wrk() -> str:
    """Where wrk is.

    Raises:
        WrkMissing: nowhere.
    """
    path = shutil.which("wrk")
    if path is None:
        raise WrkMissing("wrk is missing, which sends the requests: apt-get install wrk")
    return path
