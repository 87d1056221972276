"""`addsup version`: versions of what runs, for a bug report."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

from addsup import __version__

PACKAGES: Final = "numpy onnxruntime flask gunicorn scikit-learn skl2onnx pyarrow distributed"


@click.command("version")
def command() -> None:
    """Print the versions of addsup, Python and what they run."""
    click.echo(f"addsup {__version__}\npython {platform.python_version()}")
    for package in PACKAGES.split():
        try:
            click.echo(f"{package} {version(package)}")
        except PackageNotFoundError:
            click.echo(f"{package} is not installed")
