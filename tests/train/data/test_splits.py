"""Parts share no text."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold

from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import fewest_of_a_label, first_of_copies, folds, hold_out

LABELS = ["a", "a", "b"]


def corpus(texts: list[str]) -> Corpus:
    labels = [LABELS[n % 3] for n in range(len(texts))]
    return Corpus.of({"all": texts, "all but negations": [f"not {text}" for text in texts]}, labels)


DISTINCT = corpus([f"text {n}" for n in range(60)])
COPIED = corpus([f"text {n % 40 if n % 3 else n}" for n in range(90)])


def test_without_copies_the_folds_are_scikit_learns() -> None:
    theirs = RepeatedStratifiedKFold(n_splits=10, n_repeats=2, random_state=5)
    expected = theirs.split(np.zeros(60), DISTINCT.truth)

    ours = folds(DISTINCT, np.arange(60), 10, seed=5, repeats=2)

    for (fitted_on, asked), (train, test) in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(fitted_on, train)
        np.testing.assert_array_equal(asked, test)


def test_copies_are_in_one_part_and_every_row_is_asked_once() -> None:
    parts = list(folds(COPIED, np.arange(90), 10, seed=0))

    for fitted_on, asked in [*parts, hold_out(COPIED, np.arange(90), seed=0)]:
        assert not set(COPIED.texts["all"][fitted_on]) & set(COPIED.texts["all"][asked])
    assert sorted(np.concatenate([asked for _, asked in parts])) == list(range(90))


def test_folds_of_some_rows_have_no_others() -> None:
    rows = np.arange(30, 90)

    for fitted_on, asked in folds(COPIED, rows, 5, seed=0):
        assert set(fitted_on) | set(asked) == set(rows)


def test_hold_out_is_a_fifth_of_each_label() -> None:
    fitted_on, asked = hold_out(DISTINCT, np.arange(60), seed=0)

    assert len(fitted_on) == 48
    assert np.bincount(DISTINCT.truth[asked]).tolist() == [8, 4]


def test_the_first_of_copies_counts_and_the_others_do_not() -> None:
    some = corpus(["x", "y", "x", "z", "y"])

    assert first_of_copies(some, np.arange(5)).tolist() == [0, 1, 3]
    assert first_of_copies(some, np.array([2, 4])).tolist() == [2, 4]
    assert fewest_of_a_label(some, np.arange(5)) == 0
