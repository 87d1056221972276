"""Layouts of labelled text that are no table: folders of splits or of classes, fastText's lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from addsup.tables.dialect import Dialect
from addsup.tables.errors import BadTable
from addsup.tables.formats import SUFFIXES
from addsup.tables.parquet import open_parquet
from addsup.tables.readers import open_labelled
from addsup.tables.storage import Source, in_memory, place_of
from addsup.tables.text import Batch, Table
from addsup.train.errors import BadData

#: Names of splits, as Hugging Face's datasets finds them in names of files and folders.
SPLIT: Final = re.compile(r"(?:^|[/._ -])(train|test|validation|valid|val|dev)(?:[/._ -]|$)")
TABLE: Final = re.compile(r"\.(csv|tsv|jsonl|ndjson|json|parquet)(\.(gz|bz2|zst|lz4))?$", re.I)
#: Folders of fewer bytes are read in memory.
MOST_BYTES: Final = 200 * 2**20
FASTTEXT: Final = "__label__"


@dataclass(frozen=True, slots=True)
class Layout:
    """Folder that says by names what its files are for.

    Attributes:
        name: of the folder.
        train: files to train on.
        test: files to test with; those of the validation, if there are no others.
        unread: what is used for neither.
    """

    name: str
    train: Sequence[Source]
    test: Sequence[Source] = ()
    unread: Sequence[Source] = ()

    def __str__(self) -> str:
        test = f"; tested with {_listed(self.test)}" if self.test else ""
        unread = f"; not read: {_listed(self.unread)}" if self.unread else ""
        return f"{self.name}: trained on {_listed(self.train)}{test}{unread}."


def layout_of(address: str) -> Layout | None:
    """Layout of the folder *address*; None if it is no such folder, or one too large for memory."""
    folder = Path(address)
    if not folder.is_dir():
        return None
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in files]
    tables = [name for name in names if TABLE.search(name)]
    texts = [name for name in names if "/" in name and name.endswith(".txt")]
    used = tables or texts
    size = sum((folder / name).stat().st_size for name in used)
    splits = {name: split_of(name) for name in used}
    if size > MOST_BYTES or not ((texts and not tables) or "train" in splits.values()):
        return None
    train = [name for name in used if splits[name] in ("train", "")]
    test = [name for name in used if splits[name] == "test"]
    test = test or [name for name in used if splits[name] == "validation"]
    unread = [name for name in names if name not in {*train, *test}]
    every = [_sources(folder, each) for each in (train, test, unread)]
    return Layout(folder.resolve().name, *every)


def split_of(name: str) -> str:
    """The split that the *name* of a file says: train, test, validation, or none ("")."""
    found = SPLIT.search(name.lower())
    if found is None:
        return ""
    return found[1] if found[1] in ("train", "test") else "validation"


@contextmanager
def open_texts(
    source: Source, columns: tuple[str | None, str | None], dialect: Dialect
) -> Iterator[tuple[Table, str, str]]:
    """Open the labelled text in *source*, which is in memory: a table, or one of these layouts.

    Raises:
        TableError, BadData: it cannot be read, or says no label.
    """
    suffix = PurePosixPath(source.name).suffix.lower()
    if suffix in (".xlsx", ".xls", ".ods"):
        raise BadData(f"{source.name} is a workbook: save its sheet as CSV, and train on that.")
    if suffix == ".txt":
        yield _fasttext(source), "text", "label"
        return
    with open_labelled(source, *columns, dialect=dialect) as (table, text, label):
        yield replace(table, batches=named_classes(source, table, label)), text, label


def named_classes(source: Source, table: Table, label: str) -> Iterator[Batch]:
    """Batches of *table*, with names for numbers of a ClassLabel of Hugging Face's datasets.

    A number beyond them, as -1, is no label.
    """
    classes = class_names(source, label)
    by_number: dict[object, str] = dict(enumerate(classes))
    for batch in table.batches:
        if classes:
            named = [by_number.get(each) for each in batch.values(label)]
            batch = replace(batch, columns={**batch.columns, label: named})
        yield batch


def class_names(source: Source, label: str) -> Sequence[str]:
    """Names of the numbers in the column *label*, as the metadata of a Parquet file have them."""
    if not source.name.lower().endswith(".parquet"):
        return ()
    with open_parquet(source) as file:
        kept = (file.schema_arrow.metadata or {}).get(b"huggingface", b"{}")
    features = json.loads(kept).get("info", {}).get("features", {})
    names: list[str] = features.get(label, {}).get("names", [])
    return names


def _fasttext(source: Source) -> Table:
    content = (source.content or b"").decode("utf-8-sig", errors="replace")
    if not content.lstrip().startswith(FASTTEXT):
        raise BadTable(
            f"{source.name} is no table by its name: let it end in {', '.join(SUFFIXES)}. Of a "
            f".txt file lines with {FASTTEXT}NAME (fastText) are read; of a folder, texts in files "
            "of their own, in a folder for each label."
        )
    lines = [(n, line.split()) for n, line in enumerate(content.split("\n"), 1) if line.strip()]
    labels = [[word for word in words if word.startswith(FASTTEXT)] for _, words in lines]
    texts = [" ".join(words[len(of_it) :]) for (_, words), of_it in zip(lines, labels, strict=True)]
    names = [[word.removeprefix(FASTTEXT) for word in of_it] for of_it in labels]
    batch = Batch([number for number, _ in lines], {"text": texts, "label": names})
    return Table(source.name, ("text", "label"), iter([batch]))


def contents(name: str, sources: Sequence[Source]) -> Iterator[Source]:
    """Tables of *sources* in memory; of texts in files of their own, one table called *name*."""
    if not all(source.name.endswith(".txt") for source in sources):
        yield from map(in_memory, sources)
        return
    rows = [
        {
            "text": (in_memory(source).content or b"").decode("utf-8-sig", errors="replace"),
            "label": PurePosixPath(source.name).parent.name,
        }
        for source in sources
    ]
    yield Source(None, f"{name}.jsonl", content="\n".join(map(json.dumps, rows)).encode())


def _sources(folder: Path, names: Sequence[str]) -> list[Source]:
    return [Source(place_of(str(folder / name)), name) for name in names]


def _listed(sources: Sequence[Source]) -> str:
    names = [source.name for source in sources]
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
