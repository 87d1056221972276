"""Parts of a data set: files, or row groups of large ones, read as batches of labelled texts."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from addsup.tables.dialect import AS_FOUND, Dialect
from addsup.tables.listing import find_sources
from addsup.tables.parquet import Groups, cut_into_groups
from addsup.tables.readers import Selection, open_labelled
from addsup.tables.storage import Source
from addsup.train.data.labelled import text_of
from addsup.train.data.labels import AS_THEY_ARE, LOG, Names, label_of
from addsup.train.data.layouts import named_classes, split_of
from addsup.train.errors import BadData


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or its row groups from one to before another."""

    source: Source
    groups: Groups = None

    def __str__(self) -> str:
        if self.groups is None:
            return self.source.name
        return f"{self.source.name} (row groups {self.groups[0]} to {self.groups[1] - 1})"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: n texts as typed, and their labels without surrounding white space."""

    texts: Sequence[str]
    labels: Sequence[str]

    @property
    def positions(self) -> list[float]:
        """[n], position of each text from 0 to 1, by its hash; the same for copies.

        A copy is what is equal but for case, white space and normal form.
        """
        return [position_of(text) for text in self.texts]


def parts_of(address: str) -> list[Part]:
    """The parts of a file, a folder or a glob, by name.

    Raises:
        TableError: there is nothing, or it cannot be read.
    """
    sources = find_sources(address)
    train = [source for source in sources if split_of(source.name) == "train"]
    if train and len(train) < len(sources):
        left = len(sources) - len(train)
        LOG.warning(f"{address}: {left} files are of other splits, and not trained on.")
    return [
        Part(source, groups) for source in train or sources for groups in cut_into_groups(source)
    ]


def selection_of(
    part: Part, text: str | None, label: str | None, dialect: Dialect = AS_FOUND
) -> Selection:
    """The columns of text and label, as given or by their usual names, that *part* has.

    Raises:
        TableError: it has them not, or cannot be read.
    """
    with open_labelled(part.source, text, label, part.groups, dialect) as (_, _, found):
        return Selection(text, (found,), dialect=dialect)


def batches(
    part: Part, selection: Selection, skip_empty: bool = False, names: Names = AS_THEY_ARE
) -> Iterator[Batch]:
    """The rows of *part* with the *names* of their labels, without those that are left out.

    Raises:
        TableError: it cannot be read to its end.
        BadData: a row lacks text or label.
    """
    (named,) = selection.keep or (None,)
    opened = open_labelled(part.source, selection.text, named, part.groups, selection.dialect)
    with opened as (table, text, label):
        for batch in named_classes(part.source, table, label):
            places = [f"{part}, {table.unit} {number}" for number in batch.numbers]
            texts = list(map(text_of, places, batch.values(text)))
            labels = list(map(label_of, places, batch.values(label)))
            if not skip_empty:
                _check_filled(places, texts, labels)
            labels = list(map(names, labels))
            full = [i for i, text in enumerate(texts) if text.strip() and labels[i]]
            yield Batch([texts[i] for i in full], [labels[i] for i in full])


def position_of(text: str) -> float:
    """Position of *text* from 0 to 1, by its hash."""
    composed = unicodedata.normalize("NFC", text)
    plain = " ".join(composed.split()).lower().encode(errors="replace")
    return int.from_bytes(hashlib.blake2b(plain, digest_size=8).digest()) / 2**64


def _check_filled(places: Sequence[str], texts: Sequence[str], labels: Sequence[str]) -> None:
    for where, text, label in zip(places, texts, labels, strict=True):
        if not text.strip() or not label:
            what = "label" if text.strip() else "text"
            raise BadData(
                f"{where} has no {what}: correct it, or delete the row (--skip-empty does)."
            )
