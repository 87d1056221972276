"""Vectorisers and what stands behind them: how they weigh, and how they read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from addsup.export.errors import NotConvertible
from addsup.export.graph.additive_form import Terms
from addsup.export.graph.weighting import analyzer_of, separator, step, weighting
from addsup.inference.analyzer_settings import Analyzer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import VarianceThreshold
from sklearn.preprocessing import MaxAbsScaler, Normalizer, PolynomialFeatures, StandardScaler

TEXTS = ["a good film", "a bad film", "good good story"]


def test_settings_of_tfidf_are_read() -> None:
    vectoriser = TfidfVectorizer(sublinear_tf=True, norm="l1", binary=True).fit(TEXTS)

    found = weighting(vectoriser)

    assert found.terms == ("bad", "film", "good", "story")
    assert (found.sublinear, found.norm, found.binary) == (True, "l1", True)
    assert found.weights is not None
    assert found.weights.tolist() == vectoriser.idf_.tolist()


def test_without_a_norm_nothing_is_left_of_terms_that_are_not_chosen() -> None:
    counts = CountVectorizer().fit(TEXTS)
    selector = VarianceThreshold(0.3).fit(counts.transform(TEXTS))

    found = step(selector, weighting(counts))

    assert found.terms == ("good",)


def test_with_a_norm_terms_that_are_not_chosen_still_make_a_text_longer() -> None:
    vectoriser = TfidfVectorizer().fit(TEXTS)
    selector = VarianceThreshold(0.1).fit(vectoriser.transform(TEXTS))

    found = step(selector, weighting(vectoriser))
    spread = found.spread(Terms(None, np.ones((1, len(found.columns))), np.zeros(1)))

    assert len(found.terms) == 4
    assert spread.linear.tolist() == [np.isin(np.arange(4), found.columns).tolist()]


def test_a_scale_after_the_norm_belongs_to_the_classifier() -> None:
    vectoriser = TfidfVectorizer().fit(TEXTS)
    scaler = MaxAbsScaler().fit(vectoriser.transform(TEXTS))

    found = step(scaler, weighting(vectoriser))
    spread = found.spread(Terms(np.ones((1, 4)), np.ones((1, 4)), np.zeros(1)))

    assert spread.linear == pytest.approx(1 / scaler.scale_[np.newaxis])
    assert spread.quadratic == pytest.approx(1 / scaler.scale_[np.newaxis] ** 2)


@pytest.mark.parametrize(
    ("fitted", "sentence"),
    [
        (Normalizer("max"), "use l1 or l2"),
        (Normalizer(), "second norm"),
        (TfidfTransformer(), "only right after CountVectorizer"),
        (PolynomialFeatures(), "step PolynomialFeatures has no converter"),
    ],
)
def test_steps_without_a_converter_are_refused(fitted: Any, sentence: str) -> None:
    vectoriser = TfidfVectorizer().fit(TEXTS)
    fitted.fit(vectoriser.transform(TEXTS))

    with pytest.raises(NotConvertible, match=sentence):
        step(fitted, weighting(vectoriser))


def test_a_mean_that_is_taken_away_is_refused() -> None:
    counts = CountVectorizer().fit(TEXTS)

    with pytest.raises(NotConvertible, match="with_mean=False"):
        step(StandardScaler().fit(counts.transform(TEXTS).toarray()), weighting(counts))


def test_how_a_vectoriser_reads_becomes_data() -> None:
    vectoriser = CountVectorizer(
        analyzer="char_wb", ngram_range=(2, 3), strip_accents="ascii", lowercase=False
    )

    assert analyzer_of(vectoriser) == Analyzer(
        kind="char_wb", ngram_range=(2, 3), strip_accents="ascii", lowercase=False
    )


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
