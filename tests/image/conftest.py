"""The image, really built from the Dockerfile, and containers of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.image.container import NAME, Container, running_container
from tests.image.sandbox import Unpacked, unpacked
from tests.places import ROOT

Builder = Callable[..., str]  # name, options -> name

TOOLS = ("buildah", "bwrap", "debootstrap", "nsenter", "strace")


@pytest.fixture(scope="session")
def builder() -> Builder:
    """How to build an image, if this machine can. If it cannot, that is a failure in CI."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    missing += ["root's rights"] * (os.geteuid() != 0)
    if missing:
        lack = f"THE IMAGE IS NOT TESTED: no {', '.join(missing)}. As root: image/install-tools"
        pytest.fail(lack) if os.environ.get("CI") else pytest.skip(lack)
    return built


@pytest.fixture(scope="session")
def image(builder: Builder) -> Iterator[Unpacked]:
    """The image of this tree."""
    with unpacked(builder(NAME)) as image:
        yield image


@pytest.fixture(scope="session")
def image_built_again(builder: Builder) -> Iterator[Unpacked]:
    """The same once more, with nothing taken from an earlier build."""
    name = builder(f"{NAME}-again", "--no-cache", "--layers=false")
    with unpacked(name) as image:
        yield image
    subprocess.run(["buildah", "rmi", name], check=True, capture_output=True)


@pytest.fixture(scope="session")
def base(image: Unpacked) -> Iterator[Unpacked]:
    """What the image is built on."""
    with unpacked(image.config["Labels"]["org.opencontainers.image.base.name"]) as base:
        yield base


@pytest.fixture(scope="module")
def container(image: Unpacked) -> Iterator[Container]:
    """A running container of the image, with the default settings."""
    with running_container(image) as container:
        yield container


def built(name: str, *options: str) -> str:
    """Build the image as `make image` does, under another name; the name."""
    environ = os.environ | {"IMAGE": name, "ENGINE": "buildah"}
    build = [str(ROOT / "image" / "build"), *options]
    ended = subprocess.run(build, env=environ, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        pytest.fail(
            f"THE IMAGE CANNOT BE BUILT: {(ended.stdout + ended.stderr)[-2000:]}", pytrace=False
        )
    return name
