"""scikit-learn's objects become one description, or are refused with a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold, chi2
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, Normalizer, PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC

from addsup.export.pipeline.classifiers import log_odds
from addsup.export.pipeline.description import AdditiveForm, Ensemble, NotConvertible
from addsup.export.pipeline.ensembles import read_classifier
from addsup.export.pipeline.steps import read_pipeline
from addsup.export.pipeline.vectoriser import analyzer_of, read_step, read_vectoriser, separator
from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.train.calibration import log_scores
from addsup.train.classifiers import KINDS
from tests.export.small import small

TEXTS, LABELS = ["a good film", "a bad film", "good good story"], [1, 0, 1]
CHANCE = np.random.default_rng(0)
X = CHANCE.random((90, 5)) * (CHANCE.random((90, 5)) > 0.4)
TWO, THREE = np.array(["a", "b"] * 45), np.array(["a", "b", "c"] * 30)


def test_a_pipeline_that_reads_texts_itself_says_how() -> None:
    pipeline = make_pipeline(CountVectorizer(ngram_range=(1, 2)), MultinomialNB())

    found = read_pipeline(pipeline.fit(["good film", "bad film"], [1, 0]))

    assert found.labels == ("0", "1")
    assert found.weighting.terms == ("bad", "bad film", "film", "good", "good film")
    assert (found.analyzer.ngram_range, found.analyzer.separator) == ((1, 2), "\n")


def test_a_pipeline_on_normalised_texts_is_read_as_they_are() -> None:
    assert read_pipeline(small().pipeline, ARTICLE).analyzer == ARTICLE


def test_steps_of_pipelines_inside_are_steps_and_passing_through_is_none() -> None:
    inner = make_pipeline(CountVectorizer(), TfidfTransformer())
    whole = Pipeline([("a", inner), ("b", "passthrough"), ("c", MultinomialNB())])

    found = read_pipeline(whole.fit(TEXTS, LABELS))

    assert [type(each) for each in found.steps] == [
        CountVectorizer,
        TfidfTransformer,
        MultinomialNB,
    ]


def test_settings_of_the_vectoriser_are_read() -> None:
    vectoriser = TfidfVectorizer(sublinear_tf=True, norm="l1", binary=True).fit(TEXTS)
    found = read_vectoriser(vectoriser)

    assert found.terms == ("bad", "film", "good", "story")
    assert (found.sublinear, found.norm, found.binary) == (True, "l1", True)
    assert found.weights is not None
    assert found.weights.tolist() == vectoriser.idf_.tolist()

    within = CountVectorizer(analyzer="char_wb", ngram_range=(2, 3), strip_accents="ascii")
    assert analyzer_of(within) == Analyzer(
        kind="char_wb", ngram_range=(2, 3), strip_accents="ascii"
    )


def test_with_a_norm_terms_that_are_not_chosen_still_make_a_text_longer() -> None:
    selector = VarianceThreshold(0.1)
    kept = make_pipeline(TfidfVectorizer(), selector, LogisticRegression()).fit(TEXTS, LABELS)
    left = make_pipeline(CountVectorizer(), VarianceThreshold(0.3), MultinomialNB())

    found = read_pipeline(kept)

    assert len(found.weighting.terms) == 4
    assert isinstance(found.form, AdditiveForm)
    assert (found.form.linear[0] != 0).tolist() == selector.get_support().tolist()
    assert read_pipeline(left.fit(TEXTS, LABELS)).weighting.terms == ("good",)


def test_a_scale_after_the_norm_belongs_to_the_classifier() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), MaxAbsScaler(), LogisticRegression())
    pipeline.fit(TEXTS, LABELS)

    form = read_pipeline(pipeline).form

    assert isinstance(form, AdditiveForm)
    assert form.linear == pytest.approx(pipeline[-1].coef_ / pipeline[1].scale_)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
def test_the_sum_over_terms_is_the_classifier_s_own_log_odds(name: str, y: Any) -> None:
    classifier = KINDS[name].make(0.5).fit(csr_matrix(X), y)

    form = log_odds(classifier)

    x = (X > 0).astype(float) if form.presence else X
    quadratic = 0.0 if form.quadratic is None else (x**2) @ form.quadratic.T
    found = form.intercept + quadratic + x @ form.linear.T
    scores = log_scores(classifier, csr_matrix(X))
    assert found == pytest.approx(scores[:, 1:] - scores[:, :1], abs=1e-9)


@pytest.mark.parametrize(
    ("classifier", "y", "members", "scores"),
    [
        (SGDClassifier(loss="log_loss"), THREE, 1, 3),
        (OneVsRestClassifier(LogisticRegression()), THREE, 1, 3),
        (OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(), cv=2)), THREE, 2, 3),
        (CalibratedClassifierCV(LinearSVC(), cv=3), TWO, 3, 1),
        (CalibratedClassifierCV(GaussianNB(), cv=3), THREE, 3, 3),
    ],
)
def test_an_ensemble_has_its_members_and_their_scores(
    classifier: Any, y: Any, members: int, scores: int
) -> None:
    found = read_classifier(classifier.fit(X, y))

    assert isinstance(found, Ensemble)
    assert [each.scores.linear.shape for each in found.members] == [(scores, 5)] * members


@pytest.mark.parametrize(
    "classifier", [SGDClassifier(loss="log_loss"), OneVsRestClassifier(LogisticRegression())]
)
def test_two_labels_need_no_ensemble(classifier: Any) -> None:
    assert isinstance(read_classifier(classifier.fit(X, TWO)), AdditiveForm)


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
        (
            OneVsRestClassifier(LogisticRegression()),
            CHANCE.integers(2, size=(90, 3)),
            "has one label here",
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
        (Normalizer(), "second norm"),
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
