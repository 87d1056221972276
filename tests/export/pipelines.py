"""Fitted pipelines of the shapes in scikit-learn's user guide, on texts in three languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold, chi2
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer, StandardScaler
from sklearn.svm import LinearSVC

TOPICS = {
    "sport": "Spiel Tor Mannschaft Füße größer Straße матч гол",
    "weather": "Regen Sonne kälter wärmer schön über снег дождь",
    "money": "Börse Zins Bank günstig fällt steigt рубль цена",
}
COMMON = "der die das und ist heute nicht sehr auf Москва καλός cafe\u0301"


@cache
def texts(labels: int) -> tuple[list[str], list[str]]:
    """Texts of 9 to 11 words, and their labels."""
    chance, names = np.random.default_rng(0), list(TOPICS)[:labels]
    found, truth = [], []
    for number in range(60 * labels):
        name, other = names[number % labels], names[(number + 1) % labels]
        words = [*chance.choice(TOPICS[name].split(), 4), *chance.choice(COMMON.split(), 5)]
        if number % 3 == 0:
            words.extend(chance.choice(TOPICS[other].split(), 2))
        chance.shuffle(words)
        found.append(" ".join(words) + ".")
        truth.append(name)
    return found, truth


def dense(X: Any) -> Any:
    return X.toarray()


def prefit(labels: int) -> Any:
    """CalibratedClassifierCV around a classifier that is fitted already."""
    found, truth = texts(labels)
    vectoriser = TfidfVectorizer().fit(found)
    inner = LinearSVC().fit(vectoriser.transform(found), truth)
    return make_pipeline(TfidfVectorizer(), CalibratedClassifierCV(FrozenEstimator(inner)))


#: What it is -> how to make it, not fitted; how many labels; whether export needs labels.
PIPELINES: dict[str, tuple[Callable[[], Any], int, bool]] = {
    "counts and multinomial": (lambda: make_pipeline(CountVectorizer(), MultinomialNB()), 2, False),
    "the guide's tutorial": (
        lambda: make_pipeline(CountVectorizer(), TfidfTransformer(), MultinomialNB()),
        3,
        False,
    ),
    "the tutorial's SGD": (
        lambda: make_pipeline(
            CountVectorizer(), TfidfTransformer(), SGDClassifier(alpha=1e-3, random_state=42)
        ),
        3,
        True,
    ),
    "logistic": (lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()), 2, False),
    "square roots, scaled and chosen": (
        lambda: make_pipeline(
            TfidfVectorizer(),
            MaxAbsScaler(),
            FunctionTransformer(np.sqrt),
            VarianceThreshold(1e-4),
            StandardScaler(with_mean=False),
            LogisticRegression(),
        ),
        3,
        False,
    ),
    "square roots of scaled counts": (
        lambda: make_pipeline(
            CountVectorizer(), MaxAbsScaler(), FunctionTransformer(np.sqrt), MultinomialNB()
        ),
        2,
        False,
    ),
    "logistic, pairs, accents, balanced": (
        lambda: make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode"),
            LogisticRegression(class_weight="balanced"),
        ),
        3,
        False,
    ),
    "SGD with log loss, three labels": (
        lambda: make_pipeline(
            TfidfVectorizer(min_df=2, max_df=0.9), SGDClassifier(loss="log_loss", random_state=0)
        ),
        3,
        False,
    ),
    "SGD with log loss, stop words": (
        lambda: make_pipeline(
            TfidfVectorizer(stop_words=["der", "die"]),
            SGDClassifier(loss="log_loss", random_state=0),
        ),
        2,
        False,
    ),
    "characters within words, calibrated": (
        lambda: make_pipeline(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
            CalibratedClassifierCV(LinearSVC(), cv=3),
        ),
        3,
        False,
    ),
    "characters, calibrated, two labels": (
        lambda: make_pipeline(
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
            CalibratedClassifierCV(SGDClassifier(random_state=0), cv=3),
        ),
        2,
        False,
    ),
    "calibrated without an ensemble": (
        lambda: make_pipeline(
            TfidfVectorizer(), CalibratedClassifierCV(LinearSVC(), ensemble=False)
        ),
        3,
        False,
    ),
    "calibrated after fitting": (lambda: prefit(2), 2, False),
    "calibrated multinomial": (
        lambda: make_pipeline(CountVectorizer(), CalibratedClassifierCV(MultinomialNB(), cv=3)),
        2,
        False,
    ),
    "calibrated multinomial, three labels": (
        lambda: make_pipeline(CountVectorizer(), CalibratedClassifierCV(MultinomialNB(), cv=3)),
        3,
        False,
    ),
    "ridge": (lambda: make_pipeline(TfidfVectorizer(), RidgeClassifier()), 2, True),
    "ridge, three labels": (lambda: make_pipeline(TfidfVectorizer(), RidgeClassifier()), 3, True),
    "perceptron": (lambda: make_pipeline(TfidfVectorizer(), Perceptron()), 3, True),
    "passive-aggressive": (
        lambda: make_pipeline(
            TfidfVectorizer(),
            SGDClassifier(penalty=None, learning_rate="pa1", eta0=1.0, random_state=0),
        ),
        2,
        True,
    ),
    "one against the rest, logistic": (
        lambda: make_pipeline(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression())),
        3,
        False,
    ),
    "one against the rest, multinomial": (
        lambda: make_pipeline(CountVectorizer(), OneVsRestClassifier(MultinomialNB())),
        3,
        False,
    ),
    "one against the rest, calibrated": (
        lambda: make_pipeline(
            TfidfVectorizer(), OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(), cv=3))
        ),
        3,
        False,
    ),
    "calibrated one against the rest": (
        lambda: make_pipeline(
            TfidfVectorizer(), CalibratedClassifierCV(OneVsRestClassifier(LinearSVC()), cv=3)
        ),
        3,
        False,
    ),
    "best terms after weighing, complement": (
        lambda: make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=15), ComplementNB()),
        3,
        False,
    ),
    "best terms before weighing": (
        lambda: make_pipeline(
            CountVectorizer(), SelectKBest(chi2, k=15), TfidfTransformer(), MultinomialNB()
        ),
        3,
        False,
    ),
    "terms that vary, scaled": (
        lambda: make_pipeline(
            TfidfVectorizer(), VarianceThreshold(1e-4), MaxAbsScaler(), LinearSVC()
        ),
        3,
        True,
    ),
    "terms that another model chose": (
        lambda: make_pipeline(
            TfidfVectorizer(), SelectFromModel(LinearSVC()), LogisticRegression()
        ),
        3,
        False,
    ),
    "presence": (lambda: make_pipeline(CountVectorizer(binary=True), BernoulliNB()), 3, False),
    "Gaussian on a dense matrix": (
        lambda: make_pipeline(
            TfidfVectorizer(),
            FunctionTransformer(dense, accept_sparse=True),
            GaussianNB(var_smoothing=0.1),
        ),
        3,
        False,
    ),
    "frequencies": (
        lambda: make_pipeline(
            TfidfVectorizer(use_idf=False, norm="l1", lowercase=False), LogisticRegression()
        ),
        2,
        False,
    ),
    "neither norm nor smoothing": (
        lambda: make_pipeline(
            TfidfVectorizer(smooth_idf=False, norm=None, binary=True), LogisticRegression()
        ),
        2,
        False,
    ),
    "a norm of its own": (
        lambda: make_pipeline(CountVectorizer(), Normalizer("l1"), LogisticRegression()),
        3,
        False,
    ),
    "standardised": (
        lambda: make_pipeline(
            TfidfVectorizer(), StandardScaler(with_mean=False), LogisticRegression()
        ),
        3,
        False,
    ),
    "the best of a search": (
        lambda: GridSearchCV(
            make_pipeline(TfidfVectorizer(), LogisticRegression()),
            {"logisticregression__C": [1, 10]},
            cv=2,
        ),
        2,
        False,
    ),
}
