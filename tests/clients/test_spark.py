"""The example of docs/scale.md on Spark, in its local mode."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.conftest import environment
from tests.places import ROOT

pytestmark = pytest.mark.clients


def test_example_scores_on_spark(tmp_path: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("java is not installed: apt-get install default-jre-headless")
    text = (ROOT / "docs" / "scale.md").read_text().split("## On Spark")[1]
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    script = tmp_path / "example.py"
    script.write_text(example)
    python = environment("pyspark") / "python"
    settings = {
        "PYSPARK_PYTHON": str(python),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }

    ended = subprocess.run(
        [python, script],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-3_000:]
    rows = re.findall(r"^\|\s*(\d)\|\s*(\w+)\|\s*(\w+)\|$", ended.stdout, re.MULTILINE)
    assert rows == [
        ("1", "positive", "NULL"),
        ("2", "negative", "NULL"),
        ("3", "NULL", "missing_text"),
    ]
