"""Storage: local paths and addresses (s3://, gs://, ...) as file systems, and files in them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from addsup.score.errors import BadInput, ScoreError
from pyarrow import fs

STDIN: Final = "-"
ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
WILD: Final = re.compile(r"[*?\[]")
#: Suffixes that say how a file is compressed, as Arrow names it.
COMPRESSIONS: Final = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4"}


@dataclass(frozen=True, slots=True)
class Place:
    """A file or a folder in a file system."""

    system: fs.FileSystem
    path: str

    def __truediv__(self, name: str) -> Place:
        return Place(self.system, f"{self.path.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return self.path

    @property
    def info(self) -> fs.FileInfo:
        """What the file system says of it."""
        return self.system.get_file_info(self.path)


@dataclass(frozen=True, slots=True)
class Source:
    """An input file.

    Attributes:
        place: where it is; None for standard input.
        name: its path below the folder that was given, or its name.
        size: in bytes; 0 if it is not known.
        changed: when, in nanoseconds; 0 if it is not known.
    """

    place: Place | None
    name: str
    size: int = 0
    changed: int = 0


def place_of(address: str) -> Place:
    """The place at a local path or an address.

    Raises:
        ScoreError: there is no file system for it.
    """
    if not ADDRESS.match(address):
        return Place(fs.LocalFileSystem(), str(Path(address).absolute()))
    try:
        return Place(*fs.FileSystem.from_uri(address))
    except (pa.ArrowException, ValueError, OSError):
        return _by_fsspec(address)


def _by_fsspec(address: str) -> Place:
    """The place at an address that fsspec knows, if that and its package are installed."""
    try:
        import fsspec

        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise ScoreError(f"{address} cannot be reached: {error}.") from None
    return Place(fs.PyFileSystem(fs.FSSpecHandler(system)), path)


def sources(address: str) -> list[Source]:
    """The files at *address*: a file, a folder, a glob, or `-` for standard input; by name.

    Raises:
        ScoreError: there is none, or the place cannot be reached.
    """
    if address == STDIN:
        return [Source(None, "stdin")]
    try:
        found = _matching(address) if WILD.search(address) else _at(address)
    except OSError as error:
        raise ScoreError(f"{address} cannot be read: {reason(error)}.") from None
    if not found:
        raise ScoreError(f"{address} has no files to score.")
    return sorted(found, key=lambda source: source.name)


def _at(address: str) -> list[Source]:
    place = place_of(address)
    info = place.info
    if info.type == fs.FileType.NotFound:
        raise ScoreError(f"{address} is not there.")
    if info.type == fs.FileType.File:
        return [_source(place.system, info, info.base_name)]
    return _below(place, "*")


def _matching(address: str) -> list[Source]:
    """Files whose path matches a glob; its folder is what stands before the first wild part."""
    parts = address.split("/")
    wild = next(i for i, part in enumerate(parts) if WILD.search(part))
    return _below(place_of("/".join(parts[:wild]) or "."), "/".join(parts[wild:]))


def _below(folder: Place, pattern: str) -> list[Source]:
    """Files below *folder*; those that begin with a dot or an underscore are not data."""
    infos = folder.system.get_file_info(fs.FileSelector(folder.path, recursive=True))
    found = []
    for info in infos:
        name = info.path[len(folder.path) :].lstrip("/")
        hidden = any(part.startswith((".", "_")) for part in name.split("/"))
        if info.type == fs.FileType.File and not hidden and fnmatch(name, pattern):
            found.append(_source(folder.system, info, name))
    return found


def _source(system: fs.FileSystem, info: fs.FileInfo, name: str) -> Source:
    return Source(Place(system, info.path), name, info.size or 0, info.mtime_ns or 0)


@contextmanager
def opened(source: Source) -> Iterator[Any]:
    """The bytes of *source*, decompressed by its suffix, one after another.

    Raises:
        BadInput: they cannot be read, or not decompressed.
    """
    try:
        if source.place is None:
            yield sys.stdin.buffer
            return
        compression = COMPRESSIONS.get(Path(source.name).suffix.lower())
        with source.place.system.open_input_stream(
            source.place.path, compression=compression, buffer_size=2**20
        ) as stream:
            yield stream
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{source.name} cannot be read: {reason(error)}.") from None


@contextmanager
def whole_or_not_at_all(place: Place) -> Iterator[Any]:
    """A stream to write what will be at *place* once it is complete.

    Raises:
        ScoreError: it cannot be written; what was at *place* is still there.
    """
    folder, _, name = place.path.rpartition("/")
    draft = f"{folder}/.{name}.part"
    system = place.system
    compression = COMPRESSIONS.get(Path(name).suffix.lower())
    try:
        system.create_dir(folder, recursive=True)
        try:
            with system.open_output_stream(draft, compression=compression) as stream:
                yield stream
            _keep(system, draft)
            system.move(draft, place.path)
        except BaseException:
            _remove(system, draft)
            raise
    except OSError as error:
        raise ScoreError(f"{place} cannot be written: {reason(error)}.") from None


def _keep(system: fs.FileSystem, path: str) -> None:
    """Have a local file written to the disk, so that it is whole after a loss of power, too."""
    if isinstance(system, fs.LocalFileSystem):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _remove(system: fs.FileSystem, path: str) -> None:
    """Delete a file, if it is there and can be deleted."""
    try:
        system.delete_file(path)
    except OSError:
        return


def reason(error: BaseException) -> str:
    """What an error of the operating system, or of Arrow, comes to, without its address."""
    said = getattr(error, "strerror", None) or str(error)
    said = re.sub(r"\s+", " ", said).split(". Detail:")[-1].strip().rstrip(".")
    return re.sub(r"^\[errno \d+\] ", "", said, flags=re.IGNORECASE)[:200]
