"""Checks of the data: what a person should know of them before believing in the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from addsup.train.data.labelled import LabelledText
from addsup.train.data.preprocess import Prepared
from addsup.train.data.splits import first_of_copies
from addsup.train.term_counts import Rows
from addsup.train.wording import numbered_text

#: What other programs write where there is nothing.
MISSING = frozenset({"nan", "null", "none", "na", "n/a", "#n/a", "nil"})

UNBALANCED = 3  # times as many texts of one label as of another


def notes(prepared: Prepared) -> Iterator[str]:
    """Notes on the data, a sentence or two each; none if all is well."""
    yield from _missing(prepared.labelled)
    yield from _imbalance(prepared.labelled)
    yield from _copies(prepared)
    yield from _wordless(prepared)
    if prepared.test:
        yield from _across(prepared, prepared.test)


def _missing(labelled: LabelledText) -> Iterator[str]:
    for column, values in (("label", labelled.labels), ("text", labelled.texts)):
        rows = [row for row, value in enumerate(values) if value.strip().lower() in MISSING]
        if rows:
            yield (
                f'{_texts(rows)} {"has" if len(rows) == 1 else "have"} "{values[rows[0]]}" as '
                f"{column} ({_where(labelled, rows)}): it is used as it stands, though another "
                "program may have meant that there is none."
            )


def _imbalance(labelled: LabelledText) -> Iterator[str]:
    (common, most), *_, (rare, fewest) = Counter(labelled.labels).most_common()
    if most >= UNBALANCED * fewest:
        yield (
            f'The labels are unbalanced: {most:,} texts are "{common}", {fewest:,} are "{rare}". '
            f'Always answering "{common}" would be right on {most / len(labelled):.0%}: judge by '
            "the F1 of each label, not by accuracy."
        )


def _copies(prepared: Prepared) -> Iterator[str]:
    corpus, rows, labelled = prepared.corpus, prepared.rows, prepared.labelled
    first = first_of_copies(corpus, rows)
    later = np.setdiff1d(rows, first)
    if len(later):
        are = "is a copy" if len(later) == 1 else "are copies"
        yield (
            f"{_texts(later)} {are} of earlier ones once cleaned ({_where(labelled, later)}). "
            "They are kept, on the same side of every split."
        )
    label_of_first = np.full(corpus.copies.max() + 1, -1)
    label_of_first[corpus.copies[first]] = corpus.truth[first]
    torn = later[label_of_first[corpus.copies[later]] != corpus.truth[later]]
    if len(torn):
        yield (
            f"{_texts(torn)} of those {'has' if len(torn) == 1 else 'have'} another label than the "
            f"first ({_where(labelled, torn)}): look whether one is wrong."
        )


def _wordless(prepared: Prepared) -> Iterator[str]:
    texts = prepared.corpus.texts[max(prepared.corpus.texts)][prepared.rows]
    empty = [row for row, text in enumerate(texts) if not text]
    if empty:
        yield (
            f"{_texts(empty)} {'has' if len(empty) == 1 else 'have'} no word left once cleaned "
            f"({_where(prepared.labelled, empty)}); nothing can be learnt from them."
        )


def _across(prepared: Prepared, test: LabelledText) -> Iterator[str]:
    left_out = len(test) - len(prepared.tested)
    if left_out == len(test):
        yield (
            f"All {left_out:,} texts to test with ({test.name}) are copies of texts that are "
            "trained on: some of those are held out instead."
        )
    elif left_out:
        yield (
            f"{left_out:,} of the {len(test):,} texts in {test.name} are copies of texts that are "
            "trained on; they are left out of the test."
        )


def _texts(rows: Sequence[int] | Rows) -> str:
    return f"{len(rows):,} text{'s' * (len(rows) > 1)}"


def _where(labelled: LabelledText, rows: Sequence[int] | Rows) -> str:
    return numbered_text(labelled.unit, labelled.frame.index[list(rows)].tolist())
