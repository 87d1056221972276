"""Download of a resource: once, by pooch, verified by sha256 and kept in the cache folder.

What is pinned is the canonical content, whatever source it comes from, so that all sources are
equal and none needs to be trusted. With a filled cache no network is touched.
"""

from __future__ import annotations

import logging
import os
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import pooch

from addsup.train.data.sources import NPM, Resource, Source, npm_pack, unpack
from addsup.train.errors import CannotWriteError, SourceUnavailable
from addsup.train.files import write_atomically

SILENCE_SECONDS: Final = 10  # to connect, and between two packets


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
