"""The work that every peer does: clean, lemmatise with NLTK, tf-idf, Gaussian naive Bayes.

Two pickles, as in the article: the vectoriser and the classifier. They are fitted as this
server's model is, so that the labels are the same; calibration, which changes no label, is
left out.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nltk.corpus import stopwords, wordnet
from nltk.stem import WordNetLemmatizer

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "bench" / "pickles"
VECTORISER, CLASSIFIER = "vectoriser.pickle", "classifier.pickle"


class Work:
    """Everything loaded."""

    def __init__(self) -> None:
        # Now, not at the first request: NLTK's corpora must not be loaded by two threads at once.
        wordnet.ensure_loaded()
        self.lemmatize = WordNetLemmatizer().lemmatize
        self.stop_words = frozenset(stopwords.words("english"))
        self.vectoriser, self.classifier = unpickled(VECTORISER), unpickled(CLASSIFIER)

    def predict(self, reviews: Sequence[str]) -> list[dict[str, Any]]:
        """Label and probability of each of n *reviews*."""
        texts = [clean(review, self.stop_words, self.lemmatize) for review in reviews]
        return classify(texts, self.vectoriser, self.classifier)

    def answer(self, document: dict[str, Any]) -> dict[str, Any]:
        """What a POST of *document* to /predict is answered with."""
        if "reviews" in document:
            return {"predictions": self.predict(document["reviews"])}
        (prediction,) = self.predict([document["review"]])
        return prediction


def clean(review: str, stop_words: frozenset[str], lemmatize: Any) -> str:
    """The lemmas of *review*, joined by one space."""
    words = re.sub("[^a-zA-Z]", " ", review).lower().split()
    return " ".join(lemmatize(word) for word in words if word not in stop_words)


def classify(texts: list[str], vectoriser: Any, classifier: Any) -> list[dict[str, Any]]:
    """Label and probability of each of n cleaned *texts*."""
    rows = classifier.predict_proba(vectoriser.transform(texts).toarray())
    best = rows.argmax(axis=1)
    return [
        {"label": str(classifier.classes_[column]), "probability": float(row[column])}
        for row, column in zip(rows, best, strict=True)
    ]


def unpickled(name: str) -> Any:
    """One of the two pickles. They are the benchmark's own, made a moment ago."""
    with (FOLDER / name).open("rb") as file:
        return pickle.load(file)  # noqa: S301
