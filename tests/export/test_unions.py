"""Unions: vectorisers side by side become blocks of one model, whose reasons still add up."""

from __future__ import annotations

from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, make_pipeline, make_union
from sklearn.preprocessing import MaxAbsScaler, Normalizer
from sklearn.svm import LinearSVC

from addsup import Model, export_pipeline
from addsup.export.pipeline.description import NotConvertible
from addsup.inference.analyzer import Normaliser, tokenizer
from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import Setting
from addsup.train.text.languages import word_pattern
from tests.export.pipelines import texts
from tests.export.small import exported, proved, small
from tests.export.test_input_text import assert_same

ODD = ["Ein schöner-Film!!! :)", "映画は良かった", "a b c", "\u0301x e\u0301", "İstanbul'da DIŞ"]


def words(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, **settings)


def characters(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), **settings)


UNIONS = {
    "words and characters": make_pipeline(
        make_union(words(stop_words=["der"]), characters()), LogisticRegression()
    ),
    "weighed and chosen": make_pipeline(
        FeatureUnion(
            [("words", words()), ("characters", characters())],
            transformer_weights={"words": 2, "characters": 0.5},
        ),
        SelectKBest(chi2, k=50),
        LogisticRegression(),
    ),
    "other norms, a union within, scaled": make_pipeline(
        make_union(
            make_pipeline(CountVectorizer(binary=True), TfidfTransformer(norm="l1")),
            make_union(words(), CountVectorizer(analyzer="char", ngram_range=(2, 2))),
        ),
        MaxAbsScaler(),
        CalibratedClassifierCV(LinearSVC(), cv=2),
    ),
    "one vectoriser twice": make_pipeline(make_union(words(), words()), MultinomialNB()),
    "presence": make_pipeline(make_union(CountVectorizer(), characters()), BernoulliNB()),
    "characters alone": make_pipeline(
        make_union(characters(), CountVectorizer(analyzer="char", ngram_range=(1, 2))),
        LogisticRegression(),
    ),
}


@pytest.mark.parametrize("name", UNIONS)
def test_a_union_is_served_exactly_with_reasons_that_add_up(name: str, tmp_path: Path) -> None:
    sample, truth = texts(3)
    pipeline = UNIONS[name].fit(sample, truth)
    path = tmp_path / "mine.onnx"
    export_pipeline(pipeline, path, [*sample, *ODD], quiet=True)
    model = Model.load(path)

    asked = [*sample[:20], *ODD]
    expected = pipeline.predict_proba(asked)
    for (found, why), row in zip(model.explain(asked), expected, strict=True):
        assert found.probabilities is None or list(found.probabilities.values()) == pytest.approx(
            row, rel=1e-9
        )
        assert found.probabilities is None or why is not None
        if why and found.probabilities:
            odds = found.probabilities[why.label] / found.probabilities[why.against]
            total = why.intercept + sum(word.contribution for word in why.words)
            assert total == pytest.approx(log(odds), abs=1e-9)


def test_characters_are_shown_on_the_words_that_they_lie_in(tmp_path: Path) -> None:
    sample = ["good film", "bad film", "good story", "bad :("] * 5
    pipeline = make_pipeline(make_union(CountVectorizer(), characters()), LogisticRegression())
    path = tmp_path / "mine.onnx"
    export_pipeline(pipeline.fit(sample, [1, 0, 1, 0] * 5), path, sample, quiet=True)

    ((_, why),) = Model.load(path).explain(["goodish film-story :("])

    assert why is not None
    assert [(word.lemma, word.known) for word in why.words] == [
        ("goodish", True),  # by its characters alone
        ("film", True),
        ("story", True),
        (":(", True),
    ]


def test_the_script_of_a_union_gives_what_the_server_gives(tmp_path: Path) -> None:
    sample, truth = texts(3)
    path = tmp_path / "mine.onnx"
    export_pipeline(UNIONS["words and characters"].fit(sample, truth), path, sample, quiet=True)

    assert_same(Model.load(path), path, "Heute Regen, größer Füße.")


@pytest.mark.parametrize("step", [Normalizer(), TruncatedSVD(2)])
def test_what_may_not_stand_after_a_union_is_said(step: Any, tmp_path: Path) -> None:
    sample, truth = texts(3)
    pipeline = make_pipeline(make_union(words(), characters()), step, LogisticRegression())

    with pytest.raises(NotConvertible, match="put it into each member of the union"):
        export_pipeline(pipeline.fit(sample, truth), tmp_path / "mine.onnx", sample, quiet=True)


@pytest.mark.parametrize(
    "analyzer", [ARTICLE, Analyzer(token_pattern=word_pattern(), normal_form="NFC")]
)
def test_words_and_characters_that_training_counts_are_proved_equal(analyzer: Analyzer) -> None:
    sample, truth = texts(2)
    normaliser = Normaliser(frozenset(), str, tokenizer(analyzer))
    setting = Setting("logistic", 1.0, "as typed", "sublinear", 500, (1, 2), (3, 5))
    pipeline = setting.pipeline(Calibration(0.7))
    trained = replace(
        small(),
        pipeline=pipeline.fit(list(map(normaliser.normalise, sample)), truth),
        normaliser=normaliser,
        texts=[*sample, *ODD],
        analyzer=analyzer,
    )

    assert proved(trained).log_odds <= 1e-9
    model = Model(exported(trained))
    ((_, why),) = model.explain(["Mannschaftsregen! :("])
    assert why is not None
    assert [(word.lemma, word.known) for word in why.words] == [("mannschaftsregen", True)]
