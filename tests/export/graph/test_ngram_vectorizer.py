"""Settings of TfidfVectorizer that the graph carries out."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from export.errors import NotConvertible
from export.graph.ngram_vectorizer import check_vectoriser


@pytest.mark.parametrize(
    "setting", [{"binary": True}, {"norm": "l1"}, {"use_idf": False}, {"analyzer": "char"}]
)
def test_settings_without_a_node_are_refused_by_name(setting: dict[str, Any]) -> None:
    wanted = {"lowercase": False, **setting}

    with pytest.raises(NotConvertible, match=next(iter(setting))):
        check_vectoriser(TfidfVectorizer(**wanted))
