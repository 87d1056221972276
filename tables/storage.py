"""Storage: local paths and addresses (s3://, gs://, ...) as file systems, and files in them."""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa
from pyarrow import fs

from addsup.tables.errors import BadTable, TableError
from addsup.tables.formats import COMPRESSIONS, JSON, SUFFIXES, ZIP, split_suffixes

STDIN: Final = "-"
WILD: Final = re.compile(r"[*?\[]")
ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
#: What a file is called that is not complete.
DRAFT: Final = re.compile(r"\.[0-9a-f]{32}\.part")
#: What may be wrong with the bytes of a file.
DAMAGE: Final = (OSError, pa.ArrowException, EOFError, zipfile.BadZipFile, zlib.error)


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
        content: its bytes, decompressed, where they are in memory.
    """

    place: Place | None
    name: str
    size: int = 0
    changed: int = 0
    content: bytes | None = None

    @property
    def is_stream(self) -> bool:
        """Whether its bytes can be read but once."""
        return self.place is None and self.content is None

    @property
    def compression(self) -> str:
        """The suffix that says how its bytes are compressed, in lower case; "" if they are not."""
        return "" if self.content is not None else split_suffixes(self.name)[2].lower()


def place_of(address: str) -> Place:
    """The place at a local path or an address; `TableError` if there is no file system for it."""
    if "\ud800" <= max(address, default="") <= "\udfff":
        raise TableError(f"{os.fsencode(address)!r} is no name in UTF-8: rename it.")
    if not ADDRESS.match(address):
        return Place(fs.LocalFileSystem(), str(Path(address).absolute()))
    with suppress(pa.ArrowException, ValueError, OSError):
        return Place(*fs.FileSystem.from_uri(address))
    try:
        import fsspec  # knows others, where their packages are installed

        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError, OSError) as error:
        raise TableError(f"{address} cannot be reached: {error}.") from None
    return Place(fs.PyFileSystem(fs.FSSpecHandler(system)), path)


def format_of(name: str, given: str | None = None) -> str:
    """The format *given*, else that which *name* says; `BadTable` if it says none."""
    found = given or SUFFIXES.get(split_suffixes(name)[1].lower())
    if found is None:
        raise BadTable(
            f"{name} is in no format that its name tells: let it end in {', '.join(SUFFIXES)} "
            f"(also {', '.join(COMPRESSIONS)} behind that), or give --input-format."
        )
    return found


def output_format(output: str, given: str | None = None) -> str | None:
    """The format that the name *output* says, which is that *given*, if any; None of a folder."""
    _, suffix, packed = split_suffixes(output)
    found = SUFFIXES.get(suffix.lower())
    if suffix.lower() == JSON or (not suffix and re.search(r"[^/.]\.[a-z]\w{,4}$", output, re.I)):
        written = ", ".join(each for each in SUFFIXES if each != JSON)
        raise TableError(
            f"{output} cannot be written: let its name end in {written}, or in / if it is a folder."
        )
    if packed.lower() == ZIP:
        raise TableError(f"{output} cannot be written: results are not put into archives.")
    if given and found and given != found:
        raise TableError(f"{output} is called {suffix}, and --format is {given}: change either.")
    return found


def in_memory(source: Source) -> Source:
    """*source* with its bytes in memory, decompressed."""
    with open_source(source) as stream:
        return replace(source, content=stream.read())


@contextmanager
def open_source(source: Source) -> Iterator[Any]:
    """The bytes of *source*, decompressed, as a stream; `BadTable` if they cannot be read."""
    try:
        if source.content is not None:
            yield io.BytesIO(source.content)
        elif source.place is None:
            yield sys.stdin.buffer
        elif source.compression == ZIP:
            with (
                source.place.system.open_input_file(source.place.path) as raw,
                _only_member(source.name, raw) as stream,
            ):
                yield stream
        else:
            with source.place.system.open_input_stream(
                source.place.path, COMPRESSIONS.get(source.compression), 2**20
            ) as stream:
                yield stream
    except DAMAGE as error:
        raise BadTable(f"{source.name} cannot be read: {reason(error)}.") from None


@contextmanager
def _only_member(name: str, raw: Any) -> Iterator[Any]:
    """The one file of a .zip archive; what macOS adds is no file."""
    with zipfile.ZipFile(raw) as archive:
        members = [
            each
            for each in archive.namelist()
            if not each.startswith("__MACOSX/") and each[-1] != "/"
        ]
        if len(members) != 1:
            raise BadTable(f"{name} has {len(members)} files: unpack it, and name one of them.")
        try:
            stream = archive.open(members[0])
        except (RuntimeError, NotImplementedError) as error:
            raise BadTable(f"{name} cannot be read: {error}.") from None
        with stream:
            yield stream


@contextmanager
def open_atomically(place: Place) -> Iterator[Any]:
    """A stream to write what will be at *place* once it is complete; until then, what was is there.

    Raises:
        TableError: it cannot be written.
    """
    folder, _, name = place.path.rpartition("/")
    draft = f"{folder}/{_draft_prefix(name)}{uuid4().hex[:24]}.part"  # no two runs share it
    system = place.system
    compression = COMPRESSIONS.get(Path(name).suffix.lower())
    try:
        system.create_dir(folder, recursive=True)
        try:
            with system.open_output_stream(draft, compression) as stream:
                yield stream
            if isinstance(system, fs.LocalFileSystem):  # on the disk, should power be lost
                with Path(draft).open("rb") as file:
                    os.fsync(file.fileno())
            system.move(draft, place.path)
        except BaseException:
            with suppress(OSError):
                system.delete_file(draft)
            raise
    except OSError as error:
        raise TableError(f"{place} cannot be written: {reason(error)}.") from None


def sweep(folder: Place, name: str | None = None) -> None:
    """Delete local drafts that a killed run left: those of *name* in *folder*, or all below it.

    Object stores show none before it is complete, and have no lock that would keep others out.
    """
    if not isinstance(folder.system, fs.LocalFileSystem):
        return
    prefix = "." if name is None else _draft_prefix(name)
    below = fs.FileSelector(folder.path, recursive=name is None, allow_not_found=True)
    for info in folder.system.get_file_info(below):
        if DRAFT.fullmatch(info.base_name) and info.base_name.startswith(prefix):
            with suppress(OSError):
                folder.system.delete_file(info.path)


def _draft_prefix(name: str) -> str:
    return f".{zlib.crc32(name.encode()):08x}"


def reason(error: BaseException) -> str:
    """What an error of the operating system, or of Arrow, comes to, without its address."""
    said = getattr(error, "strerror", None) or str(error)
    said = re.sub(r"\s+", " ", said).split(". Detail:")[-1].strip().rstrip(".")
    return re.sub(r"^\[errno \d+\] ", "", said, flags=re.IGNORECASE)[:200]
