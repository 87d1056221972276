"""Labelled text: the article's reviews, or a file of one's own.

A file that could be misread is refused with the line to look at, never repaired.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from addsup.inference.predictions import NO_LABEL
from addsup.tables.dialect import AS_FOUND, Dialect
from addsup.tables.listing import find_file
from addsup.tables.storage import in_memory
from addsup.train.data.download import ensure
from addsup.train.data.labelled import MOST_CLASSES, LabelledText, Texts, text_of
from addsup.train.data.labels import LOG, Names, label_of, names_of
from addsup.train.data.layouts import contents, layout_of, open_texts
from addsup.train.data.resources import DOMAINS, SENTENCES, SENTENCES_FILE
from addsup.train.errors import BadData
from addsup.train.options import REFUSE, RowPolicy
from addsup.train.wording import numbered_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from addsup.tables.storage import Source
    from addsup.tables.text import Table
    from addsup.train.options import TrainOptions

SENTIMENTS = {"0": "negative", "1": "positive"}


def load_labelled_text(
    path: Path,
    text_column: str | None = None,
    label_column: str | None = None,
    dialect: Dialect = AS_FOUND,
    policy: RowPolicy = REFUSE,
    names: Names | None = None,
) -> LabelledText:
    """Read labelled text from one file.

    Args:
        path: a file in one of `tables.formats`, perhaps compressed; `-` is standard input.
        text_column: holds the text; by default as `tables.columns` says.
        label_column: holds the label; likewise.
        dialect: how a table of text is written.
        policy: what is done with rows without text or label, and with labels.
        names: of labels, if those are another file's.

    Returns:
        The texts as they stand and their labels as strings: 1 stays "1", "NA" stays "NA".

    Raises:
        TableError: missing, unreadable, malformed or empty file, or no such column.
        BadData: rows without text or label, or fewer than 2 or more than 1,000 classes.
    """
    name = path.name if str(path) != "-" else "stdin"
    source = in_memory(find_file(path))
    return _load(name, [source], (text_column, label_column), dialect, policy, names)


def read_texts(options: TrainOptions) -> Texts:
    """Read what there is to train on and to test with; first of all, since it may be wrong."""
    if options.data is None:
        labelled = imdb_sentences(progress=not options.quiet)
        return Texts(labelled, _test_of(options, labelled))
    layout = layout_of(options.data)
    if layout is None:
        labelled = _load_as(options, Path(options.data))
        return Texts(labelled, _test_of(options, labelled))
    if options.test_data:
        layout = replace(layout, test=(), unread=(*layout.test, *layout.unread))
    LOG.warning(str(layout))
    columns, how = (options.text_column, options.label_column), (options.dialect, options.policy)
    labelled = _load(layout.name, contents(layout.name, layout.train), columns, *how)
    tested = contents(layout.name, layout.test)
    test = _load(layout.name, tested, columns, *how, labelled.names) if layout.test else None
    return Texts(labelled, test or _test_of(options, labelled))


def _test_of(options: TrainOptions, labelled: LabelledText) -> LabelledText | None:
    test = options.test_data
    return _load_as(options, test, labelled.names) if test else None


def _load_as(options: TrainOptions, path: Path, names: Names | None = None) -> LabelledText:
    how = options.text_column, options.label_column, options.dialect, options.policy
    return load_labelled_text(path, *how, names)


def _load(
    name: str,
    sources: Iterable[Source],
    columns: tuple[str | None, str | None],
    dialect: Dialect,
    policy: RowPolicy,
    names: Names | None = None,
) -> LabelledText:
    """Labelled text of *sources*, which are in memory, one after the other."""
    frames, digests = [], []
    for source in sources:
        with open_texts(source, columns, dialect) as (table, text, label):
            frames.append(_frame(table, text, label, policy))
        digests.append(hashlib.sha256(source.content or b"").digest())
    frame, unit = frames[0], table.unit
    if len(frames) > 1:
        frame, unit = pd.concat(frames, ignore_index=True), "text"
        digests = [hashlib.sha256(b"".join(digests)).digest()]
        frame.index += 1
    labels = _without_point_nought(list(frame["label"]))
    file = name if len(frames) > 1 else table.name
    names = names_of(file, Counter(labels), policy) if names is None else names
    frame = frame.assign(label=list(map(names, labels)))
    frame = frame[frame["label"] != ""]
    _check_classes(file, label, list(frame["label"]))
    return LabelledText(name, digests[0].hex(), frame, unit, names)


def imdb_sentences(cache: Path | None = None, *, progress: bool = False) -> LabelledText:
    """Return the article's 1,000 IMDb sentences, 500 negative and 500 positive."""
    return sentences_of("imdb", cache, progress=progress)


def sentences_of(domain: str, cache: Path | None = None, *, progress: bool = False) -> LabelledText:
    """Return the 1,000 sentences of a *domain* of the article's collection, half of them positive.

    Source: UCI "Sentiment Labelled Sentences" (Kotzias et al., KDD 2015), CC BY 4.0.

    Args:
        domain: imdb, amazon or yelp.
        cache: the cache folder; `cache_folder()` by default.
        progress: show on stderr what takes longer than a second.

    Raises:
        SourceUnavailable: they are neither in the cache nor to be had.
    """
    folder = ensure(SENTENCES, cache, progress=progress)
    data = load_labelled_text(folder / SENTENCES_FILE.format(domain))
    frame = data.frame.assign(label=data.frame["label"].map(SENTIMENTS))
    name = f"UCI Sentiment Labelled Sentences, {DOMAINS[domain]}"
    return LabelledText(name, data.sha256, frame)


def _frame(table: Table, text_column: str, label_column: str, policy: RowPolicy) -> pd.DataFrame:
    numbers: list[int] = []
    texts: list[str] = []
    labels: list[str] = []
    for batch in table.batches:
        places = [f"{table.name}, {table.unit} {number}" for number in batch.numbers]
        numbers += batch.numbers
        texts += map(text_of, places, batch.values(text_column))
        labels += map(label_of, places, batch.values(label_column))
    frame = pd.DataFrame({text_column: texts, label_column: labels}, index=numbers, dtype=object)
    filled = (frame != "") & frame.map(str.strip).ne("")
    for column in (text_column, label_column):
        empty = frame.index[~filled[column]].tolist()
        if empty and not policy.skip_empty:
            raise BadData(
                f'{table.name} has nothing in column "{column}" on '
                f"{numbered_text(table.unit, empty)}: fill these in, or leave the rows out with "
                "--skip-empty."
            )
    left_out = int((~filled.all(axis=1)).sum())
    if left_out:
        LOG.warning(f"{table.name}: {left_out:,} rows without text or label are left out.")
    return frame[filled.all(axis=1)].set_axis(["text", "label"], axis=1)


def _without_point_nought(labels: list[str]) -> list[str]:
    """Whole numbers as such: pandas writes a column of them with a gap in it as 1.0, 2.0."""
    if all(re.fullmatch(r"-?\d+\.0", label) for label in labels):
        return [label.removesuffix(".0") for label in labels]
    return labels


def _check_classes(name: str, column: str, labels: Sequence[str]) -> None:
    classes = Counter(labels)
    if NO_LABEL in classes:
        raise BadData(
            f'{name} has the label "{NO_LABEL}" in column "{column}"; the server says so of texts '
            "without a label, so give it another name."
        )
    if len(classes) < 2:
        found = "".join(f' ("{label}" on each of {count} rows)' for label, count in classes.items())
        raise BadData(
            f'{name} has {len(classes)} label{"s" * (not classes)} in column "{column}"{found}: '
            "a classifier needs at least two."
        )
    if len(classes) > MOST_CLASSES:
        raise BadData(
            f'{name} has {len(classes):,} labels in column "{column}", and {MOST_CLASSES:,} are '
            "the most: name the column of labels with --label-column, or leave the rare ones out "
            "with --drop-rare."
        )
