"""Preprocessing: labelled texts, cleaned; what cannot be learnt from is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from addsup.inference.analyzer import Normaliser
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.data.dataset import LabelledText, listed
from addsup.train.errors import BadData
from addsup.train.evaluation import splits
from addsup.train.hyperparameters import NORMALISED_TOKEN, StopWords

#: So many distinct texts of each label are needed to hold some out and calibrate on the others.
FEWEST_OF_A_LABEL = 5
OUTER_FOLDS = 10
FEWEST_TEXTS_WITH_WORDS = 10

#: A word of normalised text that the vectoriser counts.
WORD = re.compile(NORMALISED_TOKEN)

Progress = Callable[[Iterable[str], int], Iterable[str]]


class Memoised(dict[str, str]):
    """word -> lemma, asking for each word once; faster than a function that remembers."""

    def __init__(self, lemmatize: Callable[[str], str]) -> None:
        super().__init__()
        self.lemmatize = lemmatize

    def __missing__(self, word: str) -> str:
        lemma = self[word] = self.lemmatize(word)
        return lemma


@dataclass(frozen=True)
class Prepared:
    """What is trained on and, if there is a file of its own for that, tested on.

    Attributes:
        labelled: the n texts to train on.
        test: the texts to test on; None if some of the others are held out.
        corpus: all of them, cleaned, those to train on first.
        also: texts of other kinds to train on, last in the corpus.
    """

    labelled: LabelledText
    test: LabelledText | None
    corpus: Corpus
    also: tuple[LabelledText, ...] = ()

    @property
    def rows(self) -> Rows:
        """Rows to train on."""
        return np.arange(len(self.labelled))

    def parts(self, seed: int) -> tuple[Rows, Rows]:
        """Rows to fit on and rows to test with; no text to test with is a copy of another's."""
        if self.test is None:
            return splits.hold_out(self.corpus, self.rows, seed)
        copies = self.corpus.copies
        tested = np.arange(len(self.labelled), len(self.labelled) + len(self.test))
        return self.rows, tested[~np.isin(copies[tested], copies[self.rows])]


def prepare(
    labelled: LabelledText,
    test: LabelledText | None,
    normalisers: Mapping[StopWords, Normaliser],
    progress: Progress,
    also: Sequence[LabelledText] = (),
) -> Prepared:
    """Clean the texts with each of *normalisers*, and check that they can be learnt from.

    Raises:
        BadData: no text has a word the model could read, or the test has labels of its own.
    """
    parts = [labelled, *([test] if test else ()), *also]
    texts = [text for part in parts for text in part.texts]
    labels = [label for part in parts for label in part.labels]
    cleaned = {}
    for kept, normaliser in normalisers.items():
        memoised = replace(normaliser, lemma=Memoised(normaliser.lemma).__getitem__)
        cleaned[kept] = list(progress(map(memoised.normalise, texts), len(texts)))
    corpus = Corpus.of(cleaned, labels)
    if also:
        others = np.arange(len(corpus) - sum(map(len, also)), len(corpus))
        corpus = corpus.with_also(others, np.arange(len(labelled)))
    prepared = Prepared(labelled, test, corpus, tuple(also))
    _check_words(prepared)
    _check_test(prepared)
    return prepared


def check_enough(prepared: Prepared, cross_validated: bool) -> None:
    """Check that each label has enough distinct texts.

    Raises:
        BadData: one has too few; names it and the way out.
    """
    corpus, first = prepared.corpus, splits.first_of_copies(prepared.corpus, prepared.rows)
    counts = np.bincount(corpus.truth[first], minlength=len(corpus.classes))
    needed = OUTER_FOLDS if cross_validated else FEWEST_OF_A_LABEL
    if counts.min() >= needed:
        return
    number = int(counts.argmin())
    rows = prepared.rows[corpus.truth[prepared.rows] == number]
    where = listed(prepared.labelled.unit, prepared.labelled.frame.index[rows].tolist())
    what = f"{OUTER_FOLDS}-fold cross-validation" if cross_validated else "holding some out"
    leave_out = ", or leave cross-validation out with --repeats 0"
    raise BadData(
        f"{prepared.labelled.name} has {counts[number]} different texts labelled "
        f'"{corpus.classes[number]}" ({where}), and {what} needs {needed} of each label: add some, '
        f"or merge it with another label{leave_out if _can_leave_out(counts, needed) else ''}."
    )


def _can_leave_out(counts: Rows, needed: int) -> bool:
    return needed > FEWEST_OF_A_LABEL and int(counts.min()) >= FEWEST_OF_A_LABEL


def _check_words(prepared: Prepared) -> None:
    texts = prepared.corpus.texts[prepared.corpus.stop_words][prepared.rows]
    worded = {text for text in texts if WORD.search(text)}
    if len(worded) < FEWEST_TEXTS_WITH_WORDS:
        raise BadData(
            f"{prepared.labelled.name} has {len(worded)} different texts with words of two or more "
            "letters (stop words aside; with --analyzer article letters from a to z), and the "
            f"model reads nothing else: give it {FEWEST_TEXTS_WITH_WORDS} or more."
        )


def _check_test(prepared: Prepared) -> None:
    test = prepared.test
    if test is None:
        return
    strange = sorted(set(test.labels) - set(prepared.labelled.labels))
    if strange:
        rows = test.frame.index[test.frame["label"].isin(strange)].tolist()
        raise BadData(
            f'{test.name} has the label "{strange[0]}" ({listed(test.unit, rows)}), which '
            f"{prepared.labelled.name} has not: correct it, or delete the rows."
        )
    if not len(prepared.parts(0)[1]):
        raise BadData(
            f"{test.name} holds nothing but copies of texts in {prepared.labelled.name}: test on "
            "texts that are not trained on."
        )
