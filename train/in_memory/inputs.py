"""Inputs of training: texts are cleaned, and notes on them printed."""

from __future__ import annotations

from collections.abc import Mapping

from addsup.inference.analyzer import Normaliser
from addsup.train.data.checks import notes
from addsup.train.data.cleaning import Cleaning, cleaning_for
from addsup.train.data.labelled import Texts
from addsup.train.data.preprocess import Prepared, check_enough, prepare
from addsup.train.evaluation import console_report
from addsup.train.options import TrainOptions
from addsup.train.progress import bar
from addsup.train.term_counts import StopWords


def choose_cleaning(texts: Texts, options: TrainOptions) -> Cleaning:
    """Choose how the texts are cleaned; prints what to know of it."""
    every = [text for part in (texts.labelled, texts.test) if part for text in part.texts]
    found = cleaning_for(every, options)
    for sentence in found.notes:
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
    print(console_report.data_text(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared
