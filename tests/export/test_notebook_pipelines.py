"""Pipelines as notebooks have them: labels encoded, parts fitted apart, texts cleaned before."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder

from addsup.export.own_pipeline import BadSample
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
