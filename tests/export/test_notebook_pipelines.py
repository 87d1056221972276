"""Pipelines as notebooks have them: labels encoded, parts fitted apart, texts cleaned before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder

from addsup.export.graph.equivalence import ProofFailed
from addsup.export.own_pipeline import BadSample
from addsup.export.pipeline.description import NotConvertible
from tests.export.pipelines import texts
from tests.export.small import opened

SAMPLE, TRUTH = texts(3)
ENCODER = LabelEncoder().fit(TRUTH)
ENCODED = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(
    SAMPLE, ENCODER.transform(TRUTH)
)


@pytest.mark.parametrize("names", [ENCODER, ENCODER.classes_, ["money", "sport", "weather"]])
@pytest.mark.parametrize("labels", [TRUTH, ENCODER.transform(TRUTH)])
def test_encoded_labels_are_served_under_their_names(names: Any, labels: Any) -> None:
    model, _ = opened(ENCODED, SAMPLE, labels, label_names=names)

    assert model.labels == ("money", "sport", "weather")
    assert [each.label for each in model.predict(SAMPLE)] == list(
        ENCODER.inverse_transform(ENCODED.predict(SAMPLE))
    )
    assert model.manifest.data.texts_by_label == dict.fromkeys(model.labels, 60)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a", "b"], "label_names has 2 names, and the classifier knows 3 labels: 0, 1, 2"),
        (["a", "b", "b"], "label_names has a name twice"),
        (LabelEncoder().fit(["a"]), "label_names is fitted on other labels"),
    ],
)
def test_names_that_do_not_fit_the_labels_are_refused(names: Any, sentence: str) -> None:
    with pytest.raises(BadSample, match=sentence):
        opened(ENCODED, SAMPLE, label_names=names)


def test_many_labels_are_proved_whatever_is_lost_in_rounding_their_scores() -> None:
    chance, words = np.random.default_rng(1), np.array([f"wort{number}" for number in range(20000)])
    truth = [f"label {number % 80}" for number in range(320)]
    sample = [" ".join(words[chance.zipf(1.2, 200) % 20000]) for _ in truth]
    pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.01)).fit(sample, truth)

    _, proof = opened(pipeline, sample)

    assert proof.probability <= 1e-9


@pytest.mark.parametrize(
    ("pattern", "error", "sentence"),
    [
        (
            r"\w*",
            NotConvertible,
            r'token_pattern="\\w\*" finds the empty string between words; use',
        ),
        (r"(?:#|\b)(\w*)", ProofFailed, "words that miss"),
    ],
)
def test_tokens_that_no_word_as_typed_is_are_refused(
    pattern: str, error: type[Exception], sentence: str
) -> None:
    sample = ["gut # gut", "# schlecht", "#a gut", "#b schlecht"] * 10
    vectoriser = CountVectorizer(token_pattern=pattern, ngram_range=(1, 2), max_df=0.9)
    pipeline = make_pipeline(vectoriser, MultinomialNB()).fit(sample, ["a", "b"] * 20)

    with pytest.raises(error, match=sentence):
        opened(pipeline, sample)
