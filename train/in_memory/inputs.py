"""Inputs of training: texts are read and cleaned, and what to know of them is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from addsup.inference.analyzer import Normaliser
from addsup.train.data.checks import notes
from addsup.train.data.dataset import LabelledText, imdb_sentences, load_labelled_text
from addsup.train.evaluation import console_report
from addsup.train.hyperparameters import StopWords
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.text.cleaning import Cleaning, cleaning
from addsup.train.text.preprocess import Prepared, check_enough, prepare


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to train on, and to test with if they are a file of their own."""

    labelled: LabelledText
    test: LabelledText | None


def read_texts(options: TrainOptions) -> Texts:
    """Read what there is to train on and to test with; first of all, since it may be wrong."""
    columns = options.text_column, options.label_column
    if options.data is None:
        labelled = imdb_sentences(progress=not options.quiet)
    else:
        labelled = load_labelled_text(Path(options.data), *columns)
    test = load_labelled_text(options.test_data, *columns) if options.test_data else None
    return Texts(labelled, test)


def choose_cleaning(texts: Texts, options: TrainOptions) -> Cleaning:
    """Choose how the texts are cleaned; prints what to know of it."""
    every = [text for part in (texts.labelled, texts.test) if part for text in part.texts]
    found = cleaning(
        every, options.analyzer, options.language, options.stem, options.tune, not options.quiet
    )
    for sentence in found.said:
        print(sentence)
    return found


def clean_texts(
    texts: Texts, normalisers: Mapping[StopWords, Normaliser], options: TrainOptions
) -> Prepared:
    """Clean the labelled text; prints what to know about it."""
    labelled = texts.labelled
    prepared = prepare(
        labelled,
        texts.test,
        normalisers,
        lambda items, total: bar(items, "cleaning", options, total),
    )
    check_enough(prepared, cross_validated=options.repeats != 0)
    print(console_report.data(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared
