"""Download of a resource: once, by pooch, verified by sha256 and kept in the cache folder.

What is pinned is the canonical content, whatever source it comes from, so that all sources are
equal and none needs to be trusted. With a filled cache no network is touched.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import pooch
from addsup.train.errors import CannotWriteError, SourceUnavailable
from addsup.train.files import write_atomically

NPM: Final = "npm:"
SILENCE_SECONDS: Final = 10  # to connect, and between two packets
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


def cache_folder() -> Path:
    """Cache folder: `DATA_CACHE`, else the user's folder for caches."""
    chosen = os.environ.get("DATA_CACHE")
    return Path(chosen).expanduser().absolute() if chosen else Path(pooch.os_cache("addsup"))


def ensure(resource: Resource, cache: Path | None = None, *, progress: bool = False) -> Path:
    """Cache folder that holds *resource*, intact; fetches what is missing.

    Args:
        resource: what is needed.
        cache: the cache folder; `cache_folder()` by default.
        progress: whether to show on stderr how far a download is.

    Raises:
        SourceUnavailable: no source supplied it, or the folder cannot be written.
    """
    cache = cache or cache_folder()
    if not resource.is_intact(cache):
        content = _first_good(resource, cache, progress)
        try:
            for path in resource.digests:
                write_atomically(cache / path, content[path])
        except CannotWriteError as error:
            raise SourceUnavailable(f"{error} Set DATA_CACHE to a folder that can be.") from None
    return cache


def _first_good(resource: Resource, cache: Path, progress: bool) -> Mapping[str, bytes]:
    failures = []
    for source in resource.sources:
        try:
            with tempfile.TemporaryDirectory() as folder:
                archive = _archive(source, cache, folder, progress)
                content = source.canonical(unpack(archive, Path(folder, "unpacked")))
            _check_digests(resource, content)
            return content
        # requests' errors are OSErrors; the others are those of archives and of their content.
        except (OSError, ValueError, KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError,
                zlib.error, subprocess.TimeoutExpired) as error:  # fmt: skip
            failures.append(f"{source.address} ({type(error).__name__}: {error})")
    raise SourceUnavailable(_way_out(resource, cache, failures))


def _archive(source: Source, cache: Path, folder: str, progress: bool) -> Path:
    """The archive in the cache folder, if somebody put it there by hand, else downloaded."""
    by_hand = cache / source.file_name
    if by_hand.is_file():
        return by_hand
    http = pooch.HTTPDownloader(progressbar=progress, timeout=SILENCE_SECONDS)
    downloader = npm_pack if source.address.startswith(NPM) else http
    pooch.get_logger().setLevel(logging.WARNING)  # it would advise to pin the archive's digest
    return Path(pooch.retrieve(source.address, None, source.file_name, folder, None, downloader))


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


def _check_digests(resource: Resource, content: Mapping[str, bytes]) -> None:
    for path, expected in resource.digests.items():
        actual = sha256(content[path]).hexdigest()
        if actual != expected:
            raise ValueError(f"{Path(path).name} has the sha256 {actual}, not {expected}")


def _way_out(resource: Resource, cache: Path, failures: list[str]) -> str:
    archives = [
        f"{each.address} as {cache / each.file_name}"
        for each in resource.sources
        if not each.address.startswith(NPM)
    ]
    files = "\n".join(f"  {digest}  {path}" for path, digest in resource.digests.items())
    return (
        f"{resource.title}: missing from {cache}, or damaged there, and not to be had. "
        f"Tried {'; '.join(failures)}. To supply it by hand, save {' or '.join(archives)}, or put "
        f"these files (sha256, name) into {cache}:\n{files}"
    )
