"""scikit-learn's TfidfVectorizer -> the attributes of ONNX's, which only counts here."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from export.errors import NotConvertible


def check_vectoriser(vectoriser: TfidfVectorizer) -> None:
    """Refuse settings that our nodes do not carry out.

    Raises:
        NotConvertible: names the setting.
    """
    wanted = {
        "analyzer": "word",
        "binary": False,
        "lowercase": False,
        "norm": "l2",
        "stop_words": None,
        "strip_accents": None,
        "use_idf": True,
    }
    for name, value in wanted.items():
        actual = getattr(vectoriser, name)
        if actual != value:
            raise NotConvertible(
                f"TfidfVectorizer({name}={actual!r}) has no converter here; use {name}={value!r}"
            )


def pool(vectoriser: TfidfVectorizer) -> dict[str, Any]:
    """Attributes of ONNX's TfIdfVectorizer that make it count the terms, in column order.

    The pool has the words of all terms of one word, then of all terms of two, and so on;
    `ngram_counts` says where each length begins, `ngram_indexes` the column of each term.
    """
    terms_in_order = [term.split(" ") for term in vectoriser.get_feature_names_out()]
    lengths = [len(words) for words in terms_in_order]
    columns = sorted(range(len(lengths)), key=lengths.__getitem__)  # stable
    most = max(lengths)
    words_of = [length * lengths.count(length) for length in range(1, most)]
    return {
        "mode": "TF",
        "min_gram_length": 1,
        "max_gram_length": most,
        "max_skip_count": 0,
        "ngram_counts": [0, *np.cumsum(words_of, dtype=int).tolist()],
        "ngram_indexes": columns,
        "pool_strings": [word for column in columns for word in terms_in_order[column]],
    }
