"""Settings of scikit-learn's TfidfVectorizer that the graph carries out."""

from __future__ import annotations

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
