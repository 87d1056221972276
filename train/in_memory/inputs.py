"""Inputs of training: texts are cleaned, and notes on them printed."""

from __future__ import annotations

from addsup.train.data.checks import notes
from addsup.train.data.cleaning import Cleaning, cleaning_for
from addsup.train.data.labelled import Texts
from addsup.train.data.preprocess import Prepared, check_enough, prepare
from addsup.train.evaluation import console_report
from addsup.train.options import TrainOptions
from addsup.train.progress import bar


def clean_texts(texts: Texts, options: TrainOptions) -> tuple[Prepared, Cleaning]:
    """Clean the labelled text; prints what to know about it, and how it is cleaned."""
    labelled = texts.labelled
    every = [text for part in (labelled, texts.test) if part for text in part.texts]
    cleaning = cleaning_for(every, options)
    for sentence in cleaning.notes:
        print(sentence)
    prepared = prepare(
        labelled,
        texts.test,
        cleaning.normalisers,
        lambda items, total: bar(items, "cleaning", options, total),
    )
    check_enough(prepared, cross_validated=options.repeats != 0)
    print(console_report.data_text(labelled.name, labelled.labels))
    for note in notes(prepared):
        print(note)
    return prepared, cleaning
