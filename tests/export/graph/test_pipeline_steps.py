"""From scikit-learn's objects to what the graph computes with."""

from __future__ import annotations

import pytest
from addsup.export.errors import NotConvertible
from addsup.export.graph.pipeline_steps import read_pipeline, steps
from addsup.inference.analyzer_settings import ARTICLE
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline

from tests.export.small import small

TEXTS, LABELS = ["good film", "bad film"], [1, 0]


def test_a_pipeline_that_reads_texts_itself_says_how() -> None:
    pipeline = make_pipeline(CountVectorizer(ngram_range=(1, 2)), MultinomialNB())

    found = read_pipeline(pipeline.fit(TEXTS, LABELS))

    assert found.labels == ("0", "1")
    assert found.weighting.terms == ("bad", "bad film", "film", "good", "good film")
    assert (found.analyzer.ngram_range, found.analyzer.separator) == ((1, 2), "\n")


def test_a_pipeline_on_normalised_texts_is_told_how_they_are_read() -> None:
    assert read_pipeline(small().pipeline, ARTICLE).analyzer == ARTICLE


def test_steps_of_pipelines_inside_are_steps_and_passing_through_is_none() -> None:
    inner = make_pipeline(CountVectorizer(), TfidfTransformer())
    whole = Pipeline([("a", inner), ("b", "passthrough"), ("c", MultinomialNB())])

    found = steps(whole.fit(TEXTS, LABELS))

    assert [type(each).__name__ for each in found] == [
        "CountVectorizer",
        "TfidfTransformer",
        "MultinomialNB",
    ]


def test_no_term_left_is_refused() -> None:
    selector = SelectKBest(chi2, k=0)
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(TEXTS, LABELS)
    pipeline.steps.insert(1, ("none", selector.fit(pipeline[0].transform(TEXTS), LABELS)))

    with pytest.raises(NotConvertible, match="No term is left"):
        read_pipeline(pipeline)


def test_a_last_step_without_classes_is_refused() -> None:
    pipeline = make_pipeline(CountVectorizer(), TfidfTransformer()).fit(TEXTS)

    with pytest.raises(NotConvertible, match="TfidfTransformer, which has no classes"):
        read_pipeline(pipeline)
