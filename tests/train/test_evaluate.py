"""The figures on the real reviews."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

from server.text import Normaliser
from train.data import imdb_sentences
from train.evaluate import cross_validate, hold_out, random_splits, split, ten_folds
from train.pipeline import make_pipeline, tuner
from train.wordnet import noun_lemmatizer, stop_words


@pytest.fixture(scope="module")
def cleaned(data_cache: Path) -> tuple[list[str], list[str]]:
    normaliser = Normaliser(stop_words(data_cache), noun_lemmatizer(data_cache))
    labelled = imdb_sentences(data_cache)
    return [normaliser.normalise(text) for text in labelled.texts], labelled.labels


def accuracies(recipe: object, data: tuple[list[str], list[str]], parts: object) -> list[float]:
    """Accuracy on each test part."""
    return [np.mean(f.truth == f.predicted) for f in cross_validate(recipe, *data, parts)]


def scikit_learn_alone(texts: list[str], labels: list[str], seed: int) -> float:
    """The article's code on cleaned text, without anything of ours."""
    x_train, x_test, y_train, y_test = train_test_split(
        texts, labels, test_size=0.2, random_state=seed
    )
    vectoriser = TfidfVectorizer(max_features=2000)
    bayes = GaussianNB().fit(vectoriser.fit_transform(x_train).toarray(), y_train)
    return float(accuracy_score(y_test, bayes.predict(vectoriser.transform(x_test).toarray())))


@pytest.mark.slow
def test_the_articles_settings_give_its_accuracy_over_200_random_splits(
    cleaned: tuple[list[str], list[str]],
) -> None:
    texts, labels = cleaned

    ours = accuracies(make_pipeline(), cleaned, random_splits(200, seed=0))
    theirs = np.mean([scikit_learn_alone(texts, labels, seed) for seed in range(200)])

    assert np.mean(ours) == pytest.approx(0.70, abs=0.01)
    assert np.std(ours) == pytest.approx(0.03, abs=0.01)
    assert np.mean(ours) == pytest.approx(theirs, abs=0.01)


def test_the_same_split_gives_scikit_learns_accuracy_exactly(
    cleaned: tuple[list[str], list[str]],
) -> None:
    parts = split(*cleaned, seed=7)

    result = hold_out(make_pipeline().fit(parts.train_texts, parts.train_labels), parts)

    assert result.accuracy == scikit_learn_alone(*cleaned, seed=7)
    assert sum(map(sum, result.confusion)) == 200


@pytest.mark.slow
def test_the_tuned_recipe_reaches_0_79_in_repeated_ten_fold_cross_validation(
    cleaned: tuple[list[str], list[str]],
) -> None:
    result = accuracies(tuner(seed=0), cleaned, ten_folds(3, seed=0))

    assert len(result) == 30
    assert np.mean(result) >= 0.79


def test_a_recipe_that_could_see_the_test_part_would_be_caught() -> None:
    """Random labels cannot be learnt: accuracy on unseen text stays near one half."""
    random = np.random.default_rng(0)
    texts = [" ".join(random.choice(list("abcdefgh"), 12)).replace(" ", "x ") for _ in range(200)]
    labels = random.choice(["a", "b"], 200).tolist()

    result = accuracies(make_pipeline(), (texts, labels), ten_folds(1, seed=0))

    assert np.mean(result) < 0.65
