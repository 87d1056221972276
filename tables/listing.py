"""Listing: the files at a path, in a folder, or that match a glob."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from pyarrow import fs

from addsup.tables.errors import TableError, note
from addsup.tables.formats import ZIP, split_suffixes
from addsup.tables.storage import STDIN, WILD, Place, Source, place_of, reason


def find_sources(address: str, form: str | None = None) -> list[Source]:
    """The files at *address*: a file, a folder, a glob, or `-` for standard input; by name.

    Of a folder and a glob, hidden files and those that are no tables by their names are skipped,
    which is said; only hidden ones, if *form* is given. A glob is as in bash with globstar.
    """
    if address == STDIN:
        return [Source(None, "stdin")]
    try:
        found = _at(address, form)
    except OSError as error:
        raise TableError(f"{address} cannot be read: {reason(error)}.") from None
    return sorted(found, key=lambda source: source.name)


def find_file(path: Path) -> Source:
    """The one local file at *path*, by which its messages begin; `-` is standard input."""
    address = str(path)
    if address == STDIN:
        return Source(None, "stdin")
    if re.match(r"[a-z][a-z0-9+.-]+:/", address, re.IGNORECASE):
        raise TableError(f"{path} is an address: fetch the file first, and name the file.")
    if path.is_dir():
        names = ", ".join(sorted(each.name for each in path.iterdir() if each.is_file())[:5])
        raise TableError(f"{path} is a folder: name one file in it ({names or 'it has none'}).")
    return Source(place_of(address), address)


def _at(address: str, form: str | None) -> list[Source]:
    """The file, or those of the folder, that is at *address* to the letter; else it is a glob."""
    place = place_of(address)
    info = place.info
    if info.type == fs.FileType.File:
        return [_source(place.system, info, info.base_name)]
    if info.type == fs.FileType.Directory:
        return _tables(address, _below(place, ["**"]), form)
    if not WILD.search(address):
        raise TableError(f"{address} is not there.")
    parts = address.split("/")
    wild = next(i for i, part in enumerate(parts) if WILD.search(part))
    while wild + 1 < len(parts) and place_of("/".join(parts[: wild + 1])).info.type:
        wild += 1  # a folder of that name
    folder = place_of("/".join(parts[:wild]) or ("/" if wild else "."))
    return _tables(address, _below(folder, parts[wild:]), form)


def _tables(address: str, found: Sequence[Source], form: str | None) -> list[Source]:
    """Those of *found* that are tables by their names; the others are named."""
    tables: list[Source] = []
    others: list[Source] = []
    for source in found:
        is_hidden = any(part.startswith((".", "_")) for part in source.name.split("/"))
        is_table = form or split_suffixes(source.name)[1] or source.compression == ZIP
        (tables if is_table and not is_hidden else others).append(source)
    names = ", ".join(sorted(each.name for each in others)[:5]) + ", ..." * (len(others) > 5)
    if not tables:
        why = f"no tables by their names ({names}): give --input-format" if others else "no files"
        raise TableError(f"{address} has {why}.")
    if others:
        note(f"{address}: {len(others)} files skipped, hidden or no tables by their names: {names}")
    return tables


def _below(folder: Place, pattern: Sequence[str]) -> list[Source]:
    """Files below *folder* whose path matches *pattern*."""
    if isinstance(folder.system, fs.LocalFileSystem):
        depth = None if "**" in pattern else len(pattern)
        infos = folder.system.get_file_info(list(_walk(folder.path, depth)))
    else:
        infos = folder.system.get_file_info(fs.FileSelector(folder.path, recursive=True))
    found = [
        _source(folder.system, info, info.path[len(folder.path) :].lstrip("/"))
        for info in infos
        if info.type == fs.FileType.File
    ]
    return [each for each in found if _matches(each.name.split("/"), pattern)]


def _walk(folder: str, depth: int | None) -> Iterator[str]:
    """Local files below *folder*, so many folders deep; each once, wherever symbolic links lead."""
    seen: set[str] = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(root)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            (each for each in folders if not each.startswith((".", "_"))),
            key=lambda each: Path(root, each).is_symlink(),
        )
        if root[len(folder) :].count("/") + 1 == depth:
            folders.clear()
        for name in files:
            yield place_of(f"{root}/{name}").path


def _matches(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a glob; `**` is any number of folders."""
    if not pattern or not names:
        return not pattern and not names
    if pattern[0] == "**":
        rest = pattern[1:] or ["*"]
        return _matches(names, rest) or _matches(names[1:], pattern)
    return fnmatchcase(names[0], pattern[0]) and _matches(names[1:], pattern[1:])


def _source(system: fs.FileSystem, info: fs.FileInfo, name: str) -> Source:
    return Source(Place(system, info.path), name, info.size or 0, info.mtime_ns or 0)
