"""Attributes of ONNX's TfIdfVectorizer, made of scikit-learn's."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from export.errors import NotConvertible
from export.graph.ngram_vectorizer import check_vectoriser, pool
from train.hyperparameters import Setting


def test_the_pool_has_single_words_before_pairs_and_the_column_of_each() -> None:
    vectoriser = Setting(words_a_term=2).vectoriser().fit(["good film", "bad film"])

    attributes = pool(vectoriser)

    assert attributes["pool_strings"] == ["bad", "film", "good", "bad", "film", "good", "film"]
    assert attributes["ngram_counts"] == [0, 3]
    assert attributes["ngram_indexes"] == [0, 2, 3, 1, 4]


@pytest.mark.parametrize(
    "setting", [{"binary": True}, {"norm": "l1"}, {"use_idf": False}, {"analyzer": "char"}]
)
def test_settings_without_a_node_are_refused_by_name(setting: dict[str, Any]) -> None:
    wanted = {"lowercase": False, **setting}

    with pytest.raises(NotConvertible, match=next(iter(setting))):
        check_vectoriser(TfidfVectorizer(**wanted))
