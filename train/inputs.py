"""Inputs of the commands: texts are read and cleaned, and what to know of them is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from addsup.inference.analyzer import Normaliser
from addsup.train.cli import Options
from addsup.train.data.checks import notes
from addsup.train.data.cleaning import Cleaning, cleaning_for
from addsup.train.data.dataset import imdb_sentences, load_labelled_text
from addsup.train.data.labelled import LabelledText
from addsup.train.data.preprocess import Prepared, check_enough, prepare
from addsup.train.evaluation import console_report
from addsup.train.hyperparameters import StopWords
from tqdm import tqdm

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Texts:
    """What was read: texts to train on, to test with, and of other kinds to train on, too."""

    labelled: LabelledText
    test: LabelledText | None


def read(options: Options) -> Texts:
    """What there is to train on and to test with; read first, since it may be wrong."""
    columns = options.text_column, options.label_column
    if options.data is None:
        labelled = imdb_sentences(progress=not options.quiet)
    else:
        labelled = load_labelled_text(Path(options.data), *columns)
    test = load_labelled_text(options.test_data, *columns) if options.test_data else None
    return Texts(labelled, test)


def reading(texts: Texts, options: Options) -> Cleaning:
    """How the texts are read; prints what to know of it."""
    parts = [texts.labelled, texts.test]
    every = [text for part in parts if part for text in part.texts]
    found = cleaning_for(
        every, options.analyzer, options.language, options.stem, options.tune, not options.quiet
    )
    for sentence in found.notes:
        print(sentence)
    return found


def clean(
    texts: Texts,
    normalisers: Mapping[StopWords, Normaliser],
    options: Options,
) -> Prepared:
    """Clean the labelled text; prints what to know about it."""
    progress = partial(bar, what="cleaning", options=options)
    labelled = texts.labelled
    prepared = prepare(
        labelled,
        texts.test,
        normalisers,
        lambda items, total: progress(items, total=total),
    )
    check_enough(prepared, cross_validated=options.repeats != 0 or options.task == "compare")
    print(console_report.data_text(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared


def bar(items: Iterable[Item], what: str, options: Options, total: int | None = None) -> tqdm[Item]:
    """*items*, with a progress bar on stderr that appears after a second."""
    return tqdm(items, what, total, disable=options.quiet, delay=1, leave=False)
