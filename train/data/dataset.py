"""Labelled text: the article's reviews, or a file of one's own.

A file that could be misread is refused with the line to look at, never repaired.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
from addsup.inference.predictions import NO_LABEL
from addsup.train.data.download import ensure
from addsup.train.data.labelled import MOST_CLASSES, LabelledText
from addsup.train.data.opening import open_data
from addsup.train.data.readers import read_table
from addsup.train.data.resources import DOMAINS, SENTENCES_FILE, sentences
from addsup.train.errors import BadData
from addsup.train.wording import numbered_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from addsup.train.data.readers import Table

TEXT_COLUMN = "Review"  # the article's names, taken when none is given
LABEL_COLUMN = "Status"
SENTIMENTS = {"0": "negative", "1": "positive"}


def load_labelled_text(
    path: Path, text_column: str | None = None, label_column: str | None = None
) -> LabelledText:
    """Read labelled text from a TSV, CSV, JSON Lines or Parquet file.

    Args:
        path: ends in .tsv (no quoting), .csv, .jsonl, .ndjson or .parquet; text in UTF-8. One that
            ends in .gz, or a .zip of one file, is unpacked; `-` is standard input.
        text_column: holds the text; "Review" by default.
        label_column: holds the label; "Status" by default.

    Returns:
        The texts as they stand and their labels as strings: 1 stays "1", "NA" stays "NA".

    Raises:
        BadData: missing, unreadable, malformed or empty file, no such column, rows without
            text or label, or fewer than 2 or more than 50 classes.
    """
    path, content = open_data(path)
    table = read_table(path, content)
    texts = _column(path, table, text_column, TEXT_COLUMN, "--text-column")
    labels = _column(path, table, label_column, LABEL_COLUMN, "--label-column")
    frame = _frame(path, table, texts, labels)
    return LabelledText(path.name, hashlib.sha256(content).hexdigest(), frame, table.unit)


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
    folder = ensure(sentences(domain), cache, progress=progress)
    data = load_labelled_text(folder / SENTENCES_FILE.format(domain))
    frame = data.frame.assign(label=data.frame["label"].map(SENTIMENTS))
    name = f"UCI Sentiment Labelled Sentences, {DOMAINS[domain]}"
    return LabelledText(name, data.sha256, frame)


def _column(path: Path, table: Table, asked: str | None, default: str, option: str) -> str:
    name = default if asked is None else asked
    found = table.columns.count(name)
    if found == 0:
        there = ", ".join(table.columns)
        raise BadData(f'{path} has no column "{name}": name one of {there} with {option}.')
    if found > 1:
        raise BadData(f'{path} has {found} columns "{name}": rename all but one in the file.')
    return name


def _frame(path: Path, table: Table, text_column: str, label_column: str) -> pd.DataFrame:
    if text_column == label_column:
        raise BadData(f'{path}: column "{text_column}" cannot be both text and label.')
    places = [f"{table.unit} {number}" for number, _ in table.rows]
    rows = [row for _, row in table.rows]
    texts = [
        _text(path, place, row.get(text_column)) for place, row in zip(places, rows, strict=True)
    ]
    labels = [
        _label(path, place, row.get(label_column)) for place, row in zip(places, rows, strict=True)
    ]
    _check_filled(path, table, text_column, texts)
    _check_filled(path, table, label_column, labels)
    labels = _without_point_nought(labels)
    _check_classes(path, label_column, labels)
    numbers = [number for number, _ in table.rows]
    return pd.DataFrame({"text": texts, "label": labels}, index=numbers, dtype=object)


def _text(path: Path, place: str, value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise BadData(f"{path}, {place}: the text is {_shown(value)}, not text.")


def _label(path: Path, place: str, value: object) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)  # true, 1, 0.5: as the file has it
    raise BadData(f"{path}, {place}: the label is {_shown(value)}, not text or a number.")


def _without_point_nought(labels: list[str]) -> list[str]:
    """Whole numbers as such: pandas writes a column of them with a gap in it as 1.0, 2.0."""
    if all(re.fullmatch(r"-?\d+\.0", label) for label in labels):
        return [label.removesuffix(".0") for label in labels]
    return labels


def _shown(value: object) -> str:
    return json.dumps(value, default=repr)[:40]


def _check_filled(path: Path, table: Table, column: str, values: Iterable[str]) -> None:
    empty = [
        number for (number, _), value in zip(table.rows, values, strict=True) if not value.strip()
    ]
    if empty:
        raise BadData(
            f'{path} has nothing in column "{column}" on {numbered_text(table.unit, empty)}: '
            "fill these in or delete the rows."
        )


def _check_classes(path: Path, column: str, labels: Sequence[str]) -> None:
    classes = Counter(labels)
    if NO_LABEL in classes:
        raise BadData(
            f'{path} has the label "{NO_LABEL}" in column "{column}"; the server says so of texts '
            "without a label, so give it another name."
        )
    if len(classes) < 2:
        found = "".join(f' ("{label}" on each of {count} rows)' for label, count in classes.items())
        raise BadData(
            f'{path} has {len(classes)} label{"s" * (not classes)} in column "{column}"{found}: '
            "a classifier needs at least two."
        )
    if len(classes) > MOST_CLASSES:
        raise BadData(
            f'{path} has {len(classes):,} labels in column "{column}", and {MOST_CLASSES:,} are '
            "the most: name the column of labels with --label-column, or merge the rare ones."
        )
