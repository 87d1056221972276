"""A pipeline of one's own: exported, equal, explained, or refused with a sentence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from addsup import export_pipeline
from addsup.export.pipeline.description import NotConvertible
from addsup.export.sample import BadSample
from tests.export.pipelines import PIPELINES, texts
from tests.export.small import opened


@pytest.mark.parametrize("name", PIPELINES)
def test_a_fitted_pipeline_is_exported_equal(name: str) -> None:
    make, count, needs_labels = PIPELINES[name]
    sample, truth = texts(count)
    pipeline = make().fit(sample, truth)

    model, proof = opened(pipeline, sample, truth if needs_labels else None)

    assert proof.probability <= 1e-9
    assert proof.log_odds <= 1e-9
    (answer, why), *_ = model.explain(sample[:1])
    assert answer.label == str(pipeline.predict(sample[:1])[0])
    assert why is not None and answer.probabilities is not None
    total = why.intercept + sum(word.contribution for word in why.words)
    ratio = answer.probabilities[why.label] / answer.probabilities[why.against]
    assert total == pytest.approx(math.log(ratio), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([0, 1], ["0", "1"]),
        ([False, True], ["False", "True"]),
        (np.array([3, 7]), ["3", "7"]),
        (["gut", "schlecht"], ["gut", "schlecht"]),
    ],
)
def test_labels_may_be_numbers_and_truth_values(labels: Any, names: list[str]) -> None:
    sample, truth = texts(2)
    y = [labels[int(each == "weather")] for each in truth]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(sample, y)

    model, _ = opened(pipeline, sample, y)

    assert list(model.labels) == names
    assert model.manifest.figures.held_out is not None
    assert model.manifest.figures.held_out.accuracy == pytest.approx(pipeline.score(sample, y))
    assert model.manifest.data.texts_by_label == dict.fromkeys(names, 60)


def test_figures_come_only_from_labels_that_are_given(tmp_path: Path) -> None:
    sample, truth = texts(2)
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(sample, truth)

    export_pipeline(pipeline, tmp_path / "mine.onnx", sample, quiet=True)

    card = (tmp_path / "mine.md").read_text("utf-8")
    assert "Not measured: export_pipeline was given no labelled texts." in card
    assert "- step 1: CountVectorizer()" in card
    assert "language:" not in card


def refused() -> dict[str, tuple[Any, str]]:
    """What it is -> pipeline, and what the sentence says."""
    sample, truth = texts(2)

    def fitted(*steps: Any) -> Any:
        return make_pipeline(*steps).fit(sample, truth)

    return {
        "a function as analyzer": (
            fitted(CountVectorizer(analyzer=str.split), MultinomialNB()),
            r"analyzer=split\) is a function, and a model file holds no code: .* token_pattern",
        ),
        "no vocabulary": (
            fitted(HashingVectorizer(n_features=64), LogisticRegression()),
            "HashingVectorizer keeps no vocabulary.*use CountVectorizer or TfidfVectorizer",
        ),
        "a forest": (
            fitted(TfidfVectorizer(), RandomForestClassifier(5)),
            "RandomForestClassifier has no converter here: .* It takes naive Bayes, linear",
        ),
        "no probabilities": (
            fitted(TfidfVectorizer(), LinearSVC()),
            r"LinearSVC gives no probabilities: .* labels= .* CalibratedClassifierCV\(LinearSVC",
        ),
        "a projection": (
            fitted(TfidfVectorizer(), TruncatedSVD(5), LogisticRegression()),
            "step TruncatedSVD has no converter here; fit without it. Export knows TfidfTransf",
        ),
        "the empty string as a term": (
            fitted(CountVectorizer(token_pattern=r"\w*"), MultinomialNB()),
            "finds the empty string between words",
        ),
        "not fitted": (
            make_pipeline(TfidfVectorizer(), MultinomialNB()),
            r"TfidfVectorizer is not fitted; call pipeline.fit\(texts, labels\) first",
        ),
        "no pipeline": (MultinomialNB(), "This is MultinomialNB, not a scikit-learn Pipeline"),
        "one step": (Pipeline([("only", MultinomialNB())]), "needs a vectoriser and a classifier"),
        "a pipeline in a calibration": (
            make_pipeline(
                CalibratedClassifierCV(make_pipeline(TfidfVectorizer(), LinearSVC()), cv=3)
            ).fit(sample, truth),
            "needs a vectoriser and a classifier",
        ),
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", refused())
def test_what_cannot_be_exported_is_refused_with_a_sentence(what: str, tmp_path: Path) -> None:
    pipeline, sentence = refused()[what]

    with pytest.raises(NotConvertible, match=sentence):
        export_pipeline(pipeline, tmp_path / "mine.onnx", texts(2)[0], quiet=True)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sample", "labels", "sentence"),
    [
        ([], None, "has to be a list of texts"),
        ("a text", None, "has to be a list of texts"),
        (["a", 5], None, r"texts\[1\] is int, not str"),
        (["a", "b"], ["sport"], "There are 2 texts and 1 labels"),
        (["a"], ["music"], '"music", which the pipeline does not know; its labels are sport, we'),
    ],
)
def test_a_sample_that_cannot_be_used_is_refused_with_a_sentence(
    sample: Any, labels: Any, sentence: str, tmp_path: Path
) -> None:
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(*texts(2))

    with pytest.raises(BadSample, match=sentence):
        export_pipeline(pipeline, tmp_path / "mine.onnx", sample, labels, quiet=True)
