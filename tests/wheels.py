"""Builds the package from what git has of it, so that nothing that lies about gets in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.places import ROOT


def tracked(*folders: str) -> list[str]:
    """Names of the files that git has below *folders*, and that are still there."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def clean_copy(folder: Path) -> Path:
    """Copy what git has to *folder*; *folder*."""
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def build(source: Path, folder: Path, *options: str) -> Path:
    """Build *source*, the wheel by default by way of the sdist, into *folder*; the wheel."""
    uv = [sys.executable, "-m", "uv", "build", "--no-build-isolation", "--offline", "--quiet"]
    subprocess.run(
        [*uv, "--python", sys.executable, "--out-dir", folder, *options, source], check=True
    )
    (wheel,) = folder.glob("*.whl")
    return wheel
