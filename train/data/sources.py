"""Sources of a resource: archives at an address or in an npm package, and what is made of them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pooch

NPM: Final = "npm:"
NPM_SECONDS: Final = 120

#: Last part of a member's path in an archive -> where it was unpacked.
Members = Mapping[str, Path]


@dataclass(frozen=True)
class Source:
    """Source of a resource: the address of an archive, and how that becomes canonical files.

    Attributes:
        address: a URL, or `npm:NAME@VERSION`.
        canonical: the members of the archive -> path in the cache -> content.
    """

    address: str
    canonical: Callable[[Members], Mapping[str, bytes]]

    @property
    def file_name(self) -> str:
        """Name under which a browser would save the archive."""
        return self.address.rsplit("/", 1)[-1].removeprefix(NPM)


@dataclass(frozen=True)
class Resource:
    """Files that training needs and the repository does not hold.

    Attributes:
        title: for people.
        digests: path in the cache -> sha256 of the canonical content.
        sources: in the order in which they are tried.
    """

    title: str
    digests: Mapping[str, str]
    sources: tuple[Source, ...]

    def is_intact(self, cache: Path) -> bool:
        """Whether every file is in *cache* with the pinned sha256."""
        files = ((cache / path, digest) for path, digest in self.digests.items())
        return all(path.is_file() and pooch.file_hash(path) == digest for path, digest in files)


def npm_pack(address: str, target: str, _pooch: object) -> None:
    """Downloader of pooch: lets npm fetch a package's archive; npm knows its registry.

    Raises:
        OSError: npm is not installed, or failed.
        subprocess.TimeoutExpired: it took longer than two minutes.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - constants of train.data.resources, not input
            [
                *(npm, "pack", address.removeprefix(NPM), "--pack-destination", folder),
                *("--ignore-scripts", "--prefer-offline", "--no-update-notifier"),
                *("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=30000"),
                "--loglevel=error",
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=NPM_SECONDS,
            check=False,
        )
        if done.returncode:
            raise OSError(" ".join(done.stderr.split())[:200] or "npm failed")
        shutil.move(next(Path(folder).glob("*.tgz")), target)


def unpack(archive: Path, folder: Path) -> Members:
    """Members of a zip or tar archive, unpacked into *folder*.

    Raises:
        tarfile.TarError, zipfile.BadZipFile, OSError: it is neither, or broken.
    """
    kind = pooch.Unzip if zipfile.is_zipfile(archive) else pooch.Untar
    paths = kind(extract_dir=str(folder))(str(archive), "download", None)
    return {Path(path).name: Path(path) for path in paths}
