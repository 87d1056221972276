"""Corpus: labelled texts with the numbers that training works on."""

from __future__ import annotations

from addsup.train.data.corpus import Corpus

CORPUS = Corpus.of(
    {"all": ["good", "bad", "good", ""], "all but negations": ["good", "not bad", "good", ""]},
    ["b", "a", "b", "a"],
)


def test_labels_have_numbers_in_their_sorted_order() -> None:
    assert CORPUS.classes == ("a", "b")
    assert CORPUS.truth.tolist() == [1, 0, 1, 0]
    assert len(CORPUS) == 4


def test_texts_that_cleaning_makes_equal_are_copies() -> None:
    assert CORPUS.copies.tolist() == [0, 1, 0, 2]
