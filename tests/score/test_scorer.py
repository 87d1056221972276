from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from addsup.score.columns import Wanted
from addsup.score.engine import open_model, open_pool, score_here, score_in
from addsup.score.tasks import Job
from addsup.tables.readers import Rows
from tests.places import ROOT
from tests.score.conftest import MODEL, TEXTS


def batches() -> Iterator[Rows]:
    for number in range(9):
        kept = pa.RecordBatch.from_pylist([{"n": number}] * len(TEXTS))
        yield Rows(list(TEXTS), kept, {number % len(TEXTS): "malformed_row"})


def test_pool_gives_what_this_process_gives_in_the_same_order(job: Job) -> None:
    open_model(MODEL, job.model)
    explained = replace(job, wanted=Wanted(explain=2))

    with open_pool(MODEL, explained, 2) as pool:
        scored = list(score_in(pool, 4, explained, batches()))

    assert scored == list(score_here(explained, batches()))
    assert [batch.column("n")[0].as_py() for batch in scored] == list(range(9))


PARENT = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from addsup.score.engine import open_pool
if __name__ == "__main__":
    with open_pool(Path(sys.argv[1]), SimpleNamespace(model="m"), 2) as pool:
        pool.submit(time.sleep, 0).result()
        print(*pool._processes, flush=True)
        time.sleep(600)
"""


def test_processes_end_when_the_command_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, script, MODEL], env=environ, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        children = [int(pid) for pid in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)

    assert children
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.05)
