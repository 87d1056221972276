"""Environments: one for each contender, with just what it needs, in the git-ignored cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from bench.errors import PeerNotInstalled
from bench.places import CACHE, ROOT
from image import trim

#: The server's own environment is what the container has, without what the wheels carry in vain.
TRIMMED: Final = ROOT / "requirements-serve.txt"


def python_with(requirements: Path) -> Path:
    """The Python of an environment with all of *requirements*; made when first asked for.

    Raises:
        PeerNotInstalled: pip could not install them, as without a network.
    """
    folder = environment_of(requirements)
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    made_of = requirements.read_bytes() + Path(trim.__file__).read_bytes() + sys.version.encode()
    digest = hashlib.sha256(made_of).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        print(f"Installing {requirements.name} into {folder} ...", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False)
        _install(requirements, python)
        if requirements == TRIMMED:
            trim.trim(folder)
        stamp.write_text(digest)
    return python


def environment_of(requirements: Path) -> Path:
    """The folder of that environment."""
    return CACHE / "environments" / requirements.stem


def megabytes_installed(requirements: Path) -> float:
    """What its site-packages weigh: every file once, byte code included."""
    (packages,) = environment_of(requirements).glob("lib/python3*/site-packages")
    return sum(file.stat().st_size for file in packages.rglob("*") if file.is_file()) / 1e6


def _install(requirements: Path, python: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    options = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    command = [*pip, *options, "--no-deps", "-r", str(requirements)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if run.returncode:
        reason = run.stderr.strip().splitlines()[-1:] or ["pip did not say why"]
        raise PeerNotInstalled(f"{requirements.name} cannot be installed: {reason[0]}")
