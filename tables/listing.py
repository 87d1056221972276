"""Listing: the files at a path, in a folder, or that match a glob."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from pyarrow import fs

from addsup.tables.errors import TableError
from addsup.tables.storage import STDIN, Place, Source, place_of, reason

WILD: Final = re.compile(r"[*?\[]")


def find_sources(address: str) -> list[Source]:
    """The files at *address*: a file, a folder, a glob, or `-` for standard input; by name.

    Raises:
        TableError: there is none, or the place cannot be reached.
    """
    if address == STDIN:
        return [Source(None, "stdin")]
    try:
        found = _at(address)
    except OSError as error:
        raise TableError(f"{address} cannot be read: {reason(error)}.") from None
    if not found:
        raise TableError(f"{address} has no files that could be read.")
    return sorted(found, key=lambda source: source.name)


def find_file(path: Path) -> Source:
    """The one local file at *path*, by which its messages begin; `-` is standard input.

    Raises:
        TableError: there is none, or a folder, or *path* is an address.
    """
    address = str(path)
    if address == STDIN:
        return Source(None, "stdin")
    if re.match(r"[a-z][a-z0-9+.-]+:/", address, re.IGNORECASE):
        raise TableError(f"{path} is an address: fetch the file first, and name the file.")
    if path.is_dir():
        names = ", ".join(sorted(each.name for each in path.iterdir() if each.is_file())[:5])
        raise TableError(f"{path} is a folder: name one file in it ({names or 'it has none'}).")
    return Source(place_of(address), address)


def _at(address: str) -> list[Source]:
    """The file, or those of the folder, that is at *address* to the letter; else it is a glob."""
    place = place_of(address)
    info = place.info
    if info.type == fs.FileType.File:
        return [_source(place.system, info, info.base_name)]
    if info.type == fs.FileType.Directory:
        return _below(place, "*")
    if not WILD.search(address):
        raise TableError(f"{address} is not there.")
    return _matching(address)


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
