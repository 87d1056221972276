"""A recipe is judged on text that it has not seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import ShuffleSplit
from sklearn.naive_bayes import GaussianNB

from addsup.inference.analyzer import Normaliser
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.data.dataset import imdb_sentences
from addsup.train.data.splits import hold_out
from addsup.train.data.wordnet import WordNet, stop_words
from addsup.train.evaluation import evaluation as evaluate
from addsup.train.evaluation.learning_curve import learning_points, shares_to_fit
from addsup.train.hyperparameters import Setting, vectorisers
from addsup.train.metrics.figures import held_out_result
from addsup.train.tuning.trainer import Fitted, Recipe


@pytest.fixture(scope="module")
def sentences(data_cache: Path) -> Corpus:
    normaliser = Normaliser(stop_words(data_cache), WordNet.load(data_cache).lemmatize)
    labelled = imdb_sentences(data_cache)
    texts = [normaliser.normalise(text) for text in labelled.texts]
    return Corpus.of({"all": texts}, labelled.labels)


def scikit_learn_alone(corpus: Corpus, fitted_on: Rows, asked: Rows) -> float:
    """The article's code on cleaned text, without anything of ours."""
    texts, labels = corpus.texts["all"], corpus.labels
    vectoriser = TfidfVectorizer(max_features=2000)
    X = vectoriser.fit_transform(texts[fitted_on]).toarray()
    bayes = GaussianNB().fit(X, labels[fitted_on])
    predicted = bayes.predict(vectoriser.transform(texts[asked]).toarray())
    return float(accuracy_score(labels[asked], predicted))


def articles_accuracy(corpus: Corpus, fitted_on: Rows, asked: Rows) -> float:
    fold = Fitted.plain(corpus, fitted_on).predict_fold(corpus, fitted_on, asked)
    return held_out_result(fold, corpus.classes).accuracy


@pytest.mark.slow
def test_the_articles_settings_give_its_accuracy_over_200_random_splits(sentences: Corpus) -> None:
    splits = list(ShuffleSplit(200, test_size=0.2, random_state=0).split(sentences.labels))

    ours = [articles_accuracy(sentences, *parts) for parts in splits]

    assert np.mean(ours) == pytest.approx(0.70, abs=0.01)
    assert np.std(ours) == pytest.approx(0.03, abs=0.01)


def test_the_same_split_gives_scikit_learns_accuracy_exactly(sentences: Corpus) -> None:
    for seed in range(5):
        parts = hold_out(sentences, np.arange(len(sentences)), seed)

        assert articles_accuracy(sentences, *parts) == scikit_learn_alone(sentences, *parts)


@pytest.mark.slow
def test_a_recipe_that_could_see_the_test_part_would_be_caught() -> None:
    """Random labels cannot be learnt: accuracy on unseen text stays near one half."""
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(list("abcdefgh"), 12)).replace(" ", "x ") for _ in range(200)]
    corpus = Corpus.of({"all": texts}, random.choice(["a", "b"], 200).tolist())
    settings = tuple(each for each in vectorisers("gaussian") if each.stop_words == "all")

    folds = evaluate.cross_validate(Recipe(settings), corpus, np.arange(200), repeats=1, seed=0)
    right = [np.mean(each.fold.truth == each.fold.predicted) for each in folds]

    assert np.mean(right) < 0.6


CURVE_TEXTS = [f"{'fine' if n % 3 else 'awful'} film number{n % 7}" for n in range(120)]
CURVE_LABELS = ["good" if n % 3 else "bad" for n in range(120)]


def test_curve_grows_to_nine_tenths_of_the_texts() -> None:
    points = learning_points(Setting(strength=1.0).pipeline(), CURVE_TEXTS, CURVE_LABELS, seed=0)

    assert [point.reviews for point in points] == [43, 64, 86, 108]
    assert points[-1].accuracy.mean == 1.0
    assert learning_points(Setting().pipeline(), CURVE_TEXTS[:30], CURVE_LABELS[:30], seed=0) == ()


def test_nothing_is_fitted_on_too_few_of_a_label() -> None:
    assert shares_to_fit(["a"] * 100 + ["b"] * 11) == []
    assert shares_to_fit(["a"] * 100 + ["b"] * 12) == [1.0]
    assert shares_to_fit(["a"] * 500 + ["b"] * 500)[0] == 0.1
