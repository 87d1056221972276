"""A data set of 25,000 full-length reviews on one machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from addsup.inference.model import Model
from tests.places import ROOT
from tests.train.large import write_large

PAGE = os.sysconf("SC_PAGE_SIZE")

BYTES = 2**30


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.tsv"
    write_large(path)
    return path


def resident(root: int) -> int:
    """Bytes of memory that process *root* and its descendants hold."""
    parents, sizes = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], sizes[int(entry.name)] = int(fields[1]), int(fields[21])
        except OSError:
            continue  # it has ended

    def descends(process: int) -> bool:
        return process == root or (process in parents and descends(parents[process]))

    return PAGE * sum(size for process, size in sizes.items() if descends(process))


@pytest.mark.slow
def test_25_000_full_length_reviews_train_in_a_gibibyte_exported_too(
    large: Path, tmp_path: Path, data_cache: Path
) -> None:
    assert large.stat().st_size > 33_000_000
    typed = ("train", "--data", str(large), "--no-tune", "--repeats", "0", "--quiet")
    command = [sys.executable, "-m", "addsup", *typed, "--export", str(tmp_path / "large.onnx")]
    peaks = [0]

    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "DATA_CACHE": str(data_cache)}
    ) as process:
        watch(process, peaks)

    assert process.returncode == 0
    assert max(peaks) < BYTES
    assert Model.load(tmp_path / "large.onnx").manifest.data.texts == 25_000


def watch(process: subprocess.Popen[bytes], peaks: list[int]) -> None:
    """Look at the memory of *process* ten times a second, until it ends."""
    while process.poll() is None:
        peaks.append(resident(process.pid))
        time.sleep(0.1)
