"""Anchors read the same texts as this server."""

from __future__ import annotations

import pandas as pd

from bench.in_process.anchors import hashing, letters, scan
from train.data.dataset import LabelledText


def test_fasttext_is_given_letters_only() -> None:
    assert letters("Good, 10/10!") == "good "


def test_scanning_looks_each_word_up() -> None:
    assert scan(["good", "film"])(["A GOOD film", "?"]) == [[None, 0, 1], []]


def test_hashing_gives_a_row_for_each_text() -> None:
    frame = pd.DataFrame([("good", "a"), ("bad", "b")], columns=["text", "label"], index=[2, 3])
    predict = hashing(LabelledText("two", "0" * 64, frame))

    assert predict(["good", "bad", "?"]).shape == (3, 2)  # type: ignore[attr-defined]
