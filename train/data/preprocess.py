"""Preprocessing: labelled texts, cleaned; what cannot be learnt from is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from addsup.inference.analyzer import Normaliser
from addsup.train.data import splits
from addsup.train.data.corpus import Corpus
from addsup.train.data.labelled import LabelledText
from addsup.train.data.labels import shown
from addsup.train.data.splits import OUTER_FOLDS
from addsup.train.errors import BadData
from addsup.train.term_counts import Rows, StopWords
from addsup.train.wording import numbered_text

#: So many distinct texts of each label are needed to hold some out and calibrate on the others.
FEWEST_OF_A_LABEL = 5
FEWEST_TEXTS_WITH_WORDS = 10
#: Labels that a message names.
MOST_NAMED = 20

Progress = Callable[[Iterable[str], int], Iterable[str]]


@dataclass(frozen=True)
class Prepared:
    """Cleaned data: what is trained on and, if that is a file of its own, tested on.

    Attributes:
        labelled: the n texts to train on.
        test: the texts to test on; None, or nothing but copies, if some of the others are held out.
        corpus: all of them, cleaned, those to train on first.
    """

    labelled: LabelledText
    test: LabelledText | None
    corpus: Corpus

    @property
    def rows(self) -> Rows:
        """Rows to train on."""
        return np.arange(len(self.labelled))

    def parts(self, seed: int) -> tuple[Rows, Rows]:
        """Rows to fit on and rows to test with; no text to test with is a copy of another's."""
        tested = self.tested
        if not len(tested):
            return splits.hold_out(self.corpus, self.rows, seed)
        return self.rows, tested

    @property
    def tested(self) -> Rows:
        """Rows of the file to test with that are no copies of rows to train on; perhaps none."""
        copies = self.corpus.copies
        tested = np.arange(len(self.labelled), len(self.corpus))
        return tested[~np.isin(copies[tested], copies[self.rows])]


def prepare(
    labelled: LabelledText,
    test: LabelledText | None,
    normalisers: Mapping[StopWords, Normaliser],
    progress: Progress,
) -> Prepared:
    """Cleaned data: each of *normalisers* on all texts, checked to be learnable from.

    Raises:
        BadData: no text has a word the model could read, or the test has labels of its own.
    """
    parts = [labelled, *([test] if test else ())]
    texts = [text for part in parts for text in part.texts]
    labels = [label for part in parts for label in part.labels]
    cleaned = {}
    for stop_words, normaliser in normalisers.items():
        cleaned[stop_words] = list(progress(map(normaliser.normalise, texts), len(texts)))
    prepared = Prepared(labelled, test, Corpus.of(cleaned, labels))
    _check_words(prepared)
    _check_test(prepared)
    return prepared


def check_enough(prepared: Prepared, cross_validated: bool) -> None:
    """Check of labels: each has enough distinct texts.

    Raises:
        BadData: one has too few; names it and the way out.
    """
    corpus, first = prepared.corpus, splits.first_of_copies(prepared.corpus, prepared.rows)
    counts = np.bincount(corpus.truth[first], minlength=len(corpus.classes))
    needed = OUTER_FOLDS if cross_validated else FEWEST_OF_A_LABEL
    rare = [i for i in counts.argsort(kind="stable") if counts[i] < needed]
    if not rare:
        return
    what = f"{OUTER_FOLDS}-fold cross-validation" if cross_validated else "holding some out"
    is_enough = cross_validated and counts.min() >= FEWEST_OF_A_LABEL
    leave_out = ", or leave cross-validation out with --repeats 0" if is_enough else ""
    raise BadData(
        f"{prepared.labelled.name} has {_rare_text(prepared, rare, counts)}, and {what} needs "
        f"{needed} of each label: add some, merge labels, or leave rare ones out with "
        f"--drop-rare {needed}{leave_out}."
    )


def _rare_text(prepared: Prepared, rare: Sequence[int], counts: Rows) -> str:
    """The *rare* labels, with the lines if it is one."""
    corpus, labelled = prepared.corpus, prepared.labelled
    if len(rare) > 1:
        each = ", ".join(f"{shown([corpus.classes[i]])} {counts[i]}" for i in rare[:MOST_NAMED])
        more = f" and {len(rare) - MOST_NAMED:,} more" if len(rare) > MOST_NAMED else ""
        return f"few different texts of {len(rare)} labels ({each}{more})"
    (label,) = rare
    rows = prepared.rows[corpus.truth[prepared.rows] == label]
    lines = numbered_text(labelled.unit, labelled.frame.index[rows].tolist())
    return f"{counts[label]} different texts labelled {shown([corpus.classes[label]])} ({lines})"


def _check_words(prepared: Prepared) -> None:
    corpus, name = prepared.corpus, prepared.labelled.name
    first = splits.first_of_copies(corpus, prepared.rows)
    counts = corpus.counts(corpus.stop_words, (1, 1))[first]
    worded = np.count_nonzero(counts.getnnz(axis=1))
    if worded < FEWEST_TEXTS_WITH_WORDS:
        raise BadData(
            f"{name} has {worded} different texts with words of two or more letters (stop words "
            "aside; with --analyzer article letters from a to z), and the model reads nothing "
            f"else: give it {FEWEST_TEXTS_WITH_WORDS} or more."
        )
    shared = np.count_nonzero(counts[:, counts.getnnz(axis=0) > 1].getnnz(axis=1))
    if shared < FEWEST_TEXTS_WITH_WORDS:
        raise BadData(
            f"{name} has {shared} different texts that share a word with another, so a model would "
            "know no word of a new text: give it more texts, or other ones."
        )


def _check_test(prepared: Prepared) -> None:
    test = prepared.test
    if test is None:
        return
    strange = sorted(set(test.labels) - set(prepared.labelled.labels))
    if strange:
        rows = test.frame.index[test.frame["label"].isin(strange)].tolist()
        raise BadData(
            f'{test.name} has the label "{strange[0]}" ({numbered_text(test.unit, rows)}), which '
            f"{prepared.labelled.name} has not: correct it, or delete the rows."
        )
