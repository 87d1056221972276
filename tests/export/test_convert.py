"""`addsup export` of a kept pipeline gives what training would have written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_own_data import write_mails
from tests.places import ROOT


@pytest.mark.slow
def test_a_kept_pipeline_gives_the_same_files_plots_included(
    tmp_path: Path, data_cache: Path
) -> None:
    def run(*words: str) -> None:
        command = [sys.executable, "-m", "addsup", *words]
        environ = {"DATA_CACHE": str(data_cache), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr[-2_000:]

    write_mails(tmp_path / "mail.csv")
    trained, converted = tmp_path / "trained" / "mail.onnx", tmp_path / "converted" / "mail.onnx"
    run(
        *("train", "--data", str(tmp_path / "mail.csv"), "--text-column", "body"),
        *("--label-column", "kind", "--no-tune", "--repeats", "1", "--quiet"),
        *("--keep", str(tmp_path / "mail.skops"), "--export", str(trained)),
    )
    run("export", str(tmp_path / "mail.skops"), str(converted))

    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes().replace(b"/converted/", b"/trained/")
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    assert files(converted.parent) == files(trained.parent)
    assert {"mail.md", "mail/confusion.svg", "mail/reliability.svg"} <= files(trained.parent).keys()
