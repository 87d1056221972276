"""Virtual environments: one for each contender, made when its requirements have changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from typing import Final

from bench import ROOT, BenchmarkError
from bench.contenders import ADDSUP, Contender
from image import trim

PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def install(contender: Contender) -> None:
    """Make the environment of *contender*.

    Raises:
        BenchmarkError: pip cannot install what it needs.
    """
    stamp = contender.folder / "requirements"
    wanted = f"{sys.version} {contender.requirements}"
    if contender != ADDSUP and stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"Installing {contender.name} ...", file=sys.stderr, flush=True)
    shutil.rmtree(contender.folder, ignore_errors=True)
    venv.create(contender.folder, with_pip=False)
    _pip_install(contender, "--only-binary", ":all:", *contender.requirements)
    if contender == ADDSUP:  # always anew, and trimmed as in the image
        shutil.rmtree(ROOT / "build", ignore_errors=True)  # would bring deleted modules back
        _pip_install(contender, "--no-deps", str(ROOT))
        trim.trim(contender.folder)
    stamp.write_text(wanted)


def megabytes_installed(contender: Contender) -> float:
    """Size of its site-packages, byte code included."""
    (packages,) = contender.folder.glob("lib/python3*/site-packages")
    return sum(file.stat().st_size for file in packages.rglob("*") if file.is_file()) / 1e6


def _pip_install(contender: Contender, *arguments: str) -> None:
    command = [*PIP, "--python", str(contender.folder), "install", "--quiet", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if run.returncode:
        reason = (run.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise BenchmarkError(f"{contender.name} cannot be installed: {reason}")
