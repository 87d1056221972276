"""Really trained models on the real data, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from addsup.inference.analyzer import Normaliser
from addsup.inference.manifest import DataSet, Figures, HeldOut
from addsup.train.artifact import TrainedModel
from addsup.train.data.dataset import LabelledText, imdb_sentences
from addsup.train.data.wordnet import WordNet, stop_words
from addsup.train.hyperparameters import Setting


@pytest.fixture(scope="session")
def wordnet(data_cache: Path) -> WordNet:
    return WordNet.load(data_cache)


@pytest.fixture(scope="session")
def normaliser(wordnet: WordNet, data_cache: Path) -> Normaliser:
    return Normaliser(stop_words(data_cache), wordnet.lemmatize)


@pytest.fixture(scope="session")
def sentences(data_cache: Path) -> LabelledText:
    return imdb_sentences(data_cache)


@pytest.fixture(scope="session")
def make_candidate(
    wordnet: WordNet, normaliser: Normaliser, sentences: LabelledText
) -> Callable[[float], TrainedModel]:
    """var_smoothing -> a model fitted on all 1,000 sentences."""
    texts = [normaliser.normalise(text) for text in sentences.texts]

    @cache
    def make(var_smoothing: float) -> TrainedModel:
        return TrainedModel(
            pipeline=Setting(strength=var_smoothing).pipeline().fit(texts, sentences.labels),
            normaliser=normaliser,
            irregular=frozenset(wordnet.exceptions),
            texts=sentences.texts,
            data=DataSet(
                sentences.name, sentences.sha256, 1000, {"negative": 500, "positive": 500}, "CC BY"
            ),
            figures=Figures(protocol="One split.", held_out=HeldOut(10, 0.5, ((1, 2), (3, 4)))),
            parameters={"var_smoothing": var_smoothing},
            command="make train",
        )

    return make


@pytest.fixture(scope="session")
def trained(make_candidate: Callable[[float], TrainedModel]) -> TrainedModel:
    """With a var_smoothing like the served one's."""
    return make_candidate(2.0)


@pytest.fixture(scope="session")
def article_candidate(make_candidate: Callable[[float], TrainedModel]) -> TrainedModel:
    """With the article's settings, under which float32 tf-idf is not good enough."""
    return make_candidate(Setting().value)
