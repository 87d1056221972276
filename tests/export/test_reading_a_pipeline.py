"""scikit-learn's objects become one description, or are refused with a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold, chi2
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer, PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC

from addsup.export.pipeline.description import AdditiveForm, NotConvertible
from addsup.export.pipeline.ensembles import read_classifier
from addsup.export.pipeline.steps import read_pipeline
from addsup.export.pipeline.vectoriser import read_step, read_vectoriser, separator
from addsup.inference.analyzer_settings import ARTICLE
from tests.export.small import small

TEXTS, LABELS = ["a good film", "a bad film", "good good story"], [1, 0, 1]
CHANCE = np.random.default_rng(0)
X = CHANCE.random((90, 5)) * (CHANCE.random((90, 5)) > 0.4)
TWO, THREE = np.array(["a", "b"] * 45), np.array(["a", "b", "c"] * 30)


def test_a_pipeline_that_reads_texts_itself_says_how() -> None:
    pipeline = make_pipeline(CountVectorizer(ngram_range=(1, 2)), MultinomialNB())

    found = read_pipeline(pipeline.fit(["good film", "bad film"], [1, 0]))

    assert found.labels == ("0", "1")
    assert found.blocks[0].weighting.terms == ("bad", "bad film", "film", "good", "good film")
    analyzer = found.blocks[0].analyzer
    assert (analyzer.ngram_range, analyzer.separator) == ((1, 2), "\n")


def test_a_pipeline_on_normalised_texts_is_read_as_they_are() -> None:
    assert read_pipeline(small().pipeline, ARTICLE).blocks[0].analyzer == ARTICLE


def test_steps_of_pipelines_inside_are_steps_and_passing_through_is_none() -> None:
    inner = make_pipeline(CountVectorizer(), TfidfTransformer())
    whole = Pipeline([("a", inner), ("b", "passthrough"), ("c", MultinomialNB())])

    found = read_pipeline(whole.fit(TEXTS, LABELS))

    assert [type(each) for each in found.steps] == [
        CountVectorizer,
        TfidfTransformer,
        MultinomialNB,
    ]


def test_with_a_norm_terms_that_are_not_chosen_still_make_a_text_longer() -> None:
    selector = VarianceThreshold(0.1)
    kept = make_pipeline(TfidfVectorizer(), selector, LogisticRegression()).fit(TEXTS, LABELS)
    left = make_pipeline(CountVectorizer(), VarianceThreshold(0.3), MultinomialNB())

    found = read_pipeline(kept)

    assert len(found.blocks[0].weighting.terms) == 4
    assert isinstance(found.form, AdditiveForm)
    assert (found.form.linear[0] != 0).tolist() == selector.get_support().tolist()
    assert read_pipeline(left.fit(TEXTS, LABELS)).blocks[0].weighting.terms == ("good",)


@pytest.mark.parametrize(
    ("classifier", "y", "sentence"),
    [
        (SGDClassifier(loss="modified_huber"), THREE, "modified_huber"),
        (SGDClassifier(), THREE, "gives no probabilities"),
        (OneVsRestClassifier(LinearSVC()), THREE, "OneVsRestClassifier gives no probabilities"),
        (CalibratedClassifierCV(LinearSVC(), method="isotonic", cv=2), THREE, "isotonic"),
        (
            CalibratedClassifierCV(OneVsRestClassifier(GaussianNB()), cv=2),
            THREE,
            "calibrate the inner one instead",
        ),
        (
            OneVsRestClassifier(CalibratedClassifierCV(GaussianNB(), cv=2)),
            THREE,
            "naive Bayes takes several labels",
        ),
    ],
)
def test_a_classifier_without_a_converter_is_refused(
    classifier: Any, y: Any, sentence: str
) -> None:
    with pytest.raises(NotConvertible, match=sentence):
        read_classifier(classifier.fit(X, y))


@pytest.mark.parametrize(
    ("fitted", "sentence"),
    [
        (Normalizer("max"), "use l1 or l2"),
        (Normalizer("l1"), "second norm"),
        (TfidfTransformer(), "only right after CountVectorizer"),
        (PolynomialFeatures(), "step PolynomialFeatures has no converter"),
        (StandardScaler(), "with_mean=False"),
    ],
)
def test_a_step_without_a_converter_is_refused(fitted: Any, sentence: str) -> None:
    vectoriser = TfidfVectorizer().fit(TEXTS)
    fitted.fit(vectoriser.transform(TEXTS).toarray())

    with pytest.raises(NotConvertible, match=sentence):
        read_step(fitted, read_vectoriser(vectoriser))


def test_no_term_left_and_no_classes_are_refused() -> None:
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(TEXTS, LABELS)
    none = SelectKBest(chi2, k=0).fit(pipeline[0].transform(TEXTS), LABELS)
    pipeline.steps.insert(1, ("none", none))

    with pytest.raises(NotConvertible, match="No term is left"):
        read_pipeline(pipeline)
    with pytest.raises(NotConvertible, match="TfidfTransformer, which has no classes"):
        read_pipeline(make_pipeline(CountVectorizer(), TfidfTransformer()).fit(TEXTS))


def test_the_separator_is_in_no_term() -> None:
    assert separator(["good", "bad"]) == " "
    assert separator(["good film", "bad"]) == "\n"
    assert separator([" \n\t"]) == "\x1f"


@pytest.mark.parametrize(
    ("terms", "sentence"), [(["", "a"], "empty string"), (["\ud800"], "half of a character")]
)
def test_terms_that_no_file_can_hold_are_refused(terms: list[str], sentence: str) -> None:
    with pytest.raises(NotConvertible, match=sentence):
        separator(terms)
