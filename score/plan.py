"""Plan: which inputs become which parts of the output, no two the same, and none an input."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from pyarrow import fs

from addsup.inference.errors import AddsupError
from addsup.score.tasks import Job, Task
from addsup.tables.errors import BadTable
from addsup.tables.formats import ZIP, output_name, split_suffixes
from addsup.tables.parquet import cut_into_groups
from addsup.tables.readers import source_format
from addsup.tables.storage import STDIN, Place, Source, place_of

#: The last part of a pattern whose files may be any number of folders below.
ANY_DEPTH: Final = "**"


def plan_parts(sources: Sequence[Source], job: Job) -> list[Task]:
    """The tasks that score *sources* into a folder, each into a part of its own.

    Raises:
        AddsupError: the names of two files make one name of a part.
    """
    short = [_part_name(source, job) for source in sources]
    often = Counter(short)
    tasks = []
    for source, wanted in zip(sources, short, strict=True):
        is_free = often[wanted] == 1 or wanted == source.name
        name = wanted if is_free else f"{source.name}{PurePath(wanted).suffix}"  # a.csv and a.tsv
        cut = cut_into_groups(source, job.selection.form)
        for number, groups in enumerate(cut, 1):
            part = _numbered(name, number, len(cut)) if len(cut) > 1 else name
            tasks.append(Task(source, part, groups, source.size // len(cut)))
    part, times = Counter(task.part for task in tasks).most_common(1)[0]
    if times > 1:
        names = " and ".join(task.source.name for task in tasks if task.part == part)
        raise AddsupError(f"{names} would both become {part}: rename one of them.")
    return tasks


def _part_name(source: Source, job: Job) -> str:
    try:
        is_zip = source.compression == ZIP
        form = job.form or (source_format(source, job.selection.form) if is_zip else None)
    except BadTable:
        form = None  # scoring it fails with the same error
    return output_name(source.name, form) if form else source.name


def _numbered(part: str, number: int, count: int) -> str:
    stem, suffix, compression = split_suffixes(part)
    return f"{stem}.part-{number:05}-of-{count:05}{suffix}{compression}"


def check_apart(address: str, output: str, sources: Sequence[Source]) -> None:
    """Refuse an *output* that is an input, holds one, or is where inputs are looked for.

    Args:
        address: of the input, as typed.
        output: as typed.
        sources: the files found at *address*.

    Raises:
        AddsupError: so it is.
    """
    if STDIN in (address, output):
        return
    target = _real(place_of(output))
    for source in sources:
        if source.place and _is_within(_real(source.place), target):
            raise AddsupError(
                f"{output} is, or holds, the input {source.name}, which results must not replace: "
                "give another output."
            )
    searched = _searched_folder(address)
    if searched and _is_within(target, searched):
        raise AddsupError(
            f"{output} is in the folder that is read, and the next run would read its results: "
            "give an output elsewhere."
        )


def _searched_folder(address: str) -> PurePath | None:
    """The folder all of whose files are inputs; None if there is none."""
    place = place_of(address.split(ANY_DEPTH)[0] or ".")
    is_folder = place.info.type == fs.FileType.Directory
    return _real(place) if is_folder else None


def _real(place: Place) -> PurePath:
    """The path of *place* below the name of its file system, without symbolic links."""
    is_local = isinstance(place.system, fs.LocalFileSystem)
    path = os.path.realpath(place.path) if is_local else place.path
    return PurePath(place.system.type_name, path.strip("/"))


def _is_within(path: PurePath, folder: PurePath) -> bool:
    return path == folder or folder in path.parents
