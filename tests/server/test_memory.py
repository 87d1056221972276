"""In processes of their own: what is measured is a process that has just opened a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server import memory
from server.settings import ROOT

SEE = """
import json
from pathlib import Path
from server.memory import give_back
from server.model import Model

def kilobytes(what):
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))

model = Model.load(Path("models/sentiment.onnx"))
reviews = ["A wonderful film.", "An awful one."]
said = model.explain(reviews)
before, own_before = kilobytes("Rss:"), kilobytes("Anonymous:")
give_back()
after, own_after = kilobytes("Rss:"), kilobytes("Anonymous:")
print(json.dumps({
    "before": before, "after": after, "own_before": own_before, "own_after": own_after,
    "same": model.explain(reviews) == said, "again": kilobytes("Rss:"),
}))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, int]:
    """Kilobytes in memory, before and after giving back, and after asking the model again."""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("needs Linux, whose /proc says what is in memory")
    printed = subprocess.run(
        [sys.executable, "-c", SEE],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, int] = json.loads(printed)
    return found


def test_most_of_the_libraries_leaves_memory(seen: dict[str, int]) -> None:
    libraries = seen["before"] - seen["own_before"]

    assert seen["after"] < seen["before"] - 0.5 * libraries


def test_what_is_not_in_a_file_stays(seen: dict[str, int]) -> None:
    assert seen["own_after"] > 0.8 * seen["own_before"]


def test_answers_stay_the_same_and_need_less_than_the_start(seen: dict[str, int]) -> None:
    assert seen["same"]
    assert seen["after"] < seen["again"] < seen["before"]


def test_where_the_kernel_does_not_say_what_is_mapped_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "MAPPINGS", tmp_path / "missing")

    memory.give_back()


def test_where_the_c_library_cannot_do_it_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _name: object())

    memory.give_back()
