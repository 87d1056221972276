"""Pickled classifier: NLTK's lemmatiser, scikit-learn's tf-idf and Gaussian naive Bayes."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nltk.corpus import stopwords, wordnet
from nltk.stem import WordNetLemmatizer

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "bench" / "pickles"


class PickledClassifier:
    """A vectoriser and a classifier, both unpickled, and the cleaning in front of them."""

    def __init__(self) -> None:
        self.clean = nltk_cleaning()
        # Both are the benchmark's own, made a moment ago by bench.pickles.
        self.vectoriser = pickle.loads((FOLDER / "vectoriser").read_bytes())  # noqa: S301
        self.classifier = pickle.loads((FOLDER / "classifier").read_bytes())  # noqa: S301

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Label and probability of each of n *texts*."""
        terms = self.vectoriser.transform(list(map(self.clean, texts)))
        rows = self.classifier.predict_proba(terms.toarray())
        return [
            {"label": str(self.classifier.classes_[best]), "probability": float(row[best])}
            for row, best in zip(rows, rows.argmax(axis=1), strict=True)
        ]


def nltk_cleaning() -> Callable[[str], str]:
    """Text -> the lemmas of its words that are no stop words, joined by one space."""
    wordnet.ensure_loaded()  # at the first request, two threads would load it at once
    lemmatize = WordNetLemmatizer().lemmatize
    stop_words = frozenset(stopwords.words("english"))

    def clean(text: str) -> str:
        words = re.sub("[^a-zA-Z]", " ", text).lower().split()
        return " ".join(lemmatize(word) for word in words if word not in stop_words)

    return clean
