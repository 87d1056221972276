"""Checks of the data: a sentence for what is odd."""

from __future__ import annotations

import pandas as pd
from addsup.inference.analyzer import Normaliser
from addsup.train.data.checks import notes
from addsup.train.data.labelled import LabelledText
from addsup.train.data.preprocess import prepare

OTHERS = "one two three four five six seven eight nine ten".split()


def said(texts: list[str], labels: list[str]) -> list[str]:
    """What is said of these texts, with ten more behind them of which there is nothing to say."""
    texts, labels = texts + OTHERS, labels + ["a", "b"] * 5
    frame = pd.DataFrame({"text": texts, "label": labels}, dtype=object)
    frame.index = pd.RangeIndex(2, 2 + len(texts))
    labelled = LabelledText("mail.csv", "0", frame)
    normaliser = Normaliser(frozenset({"the"}), lambda word: word)
    prepared = prepare(labelled, None, {"all": normaliser}, lambda texts, _n: iter(texts))
    return list(notes(prepared))


def test_nothing_is_said_of_data_that_are_well() -> None:
    assert said(["good", "bad", "fine", "dull"], ["a", "b"] * 2) == []


def test_unbalanced_labels_are_told() -> None:
    (sentence,) = said([f"word{chr(97 + n)}" * 2 for n in range(20)], ["a"] * 20)

    assert '25 texts are "a", 5 are "b"' in sentence


def test_copies_and_those_with_another_label_are_named_by_line() -> None:
    copies, torn = said(["Good!", "good", "the good", "bad"], ["a", "a", "b", "b"])

    assert copies.startswith("2 texts are copies of earlier ones once cleaned (lines 3, 4)")
    assert "1 text of those has another label than the first (line 4)" in torn


def test_texts_without_words_and_what_looks_missing_are_told() -> None:
    missing, wordless = said(["good", "nan", "5", "fine"], ["a", "b", "a", "b"])

    assert '1 text has "nan" as text (line 3)' in missing
    assert "1 text has no word left once cleaned (line 4)" in wordless
