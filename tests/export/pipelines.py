"""Fitted pipelines of the shapes in scikit-learn's user guide, on texts in three languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sklearn.base import clone
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


#: How to make a pipeline, not fitted; how many labels; whether export needs these.
Case = tuple[Callable[[], Any], int, bool]


def piped(*steps: Any, labels: int = 3, given: bool = False) -> Case:
    """A pipeline of *steps*."""
    return lambda: clone(make_pipeline(*steps)), labels, given


PIPELINES: dict[str, Case] = {
    "counts and multinomial": piped(CountVectorizer(), MultinomialNB(), labels=2),
    "the guide's tutorial": piped(CountVectorizer(), TfidfTransformer(), MultinomialNB()),
    "the tutorial's SGD": piped(
        CountVectorizer(),
        TfidfTransformer(),
        SGDClassifier(alpha=1e-3, random_state=42),
        given=True,
    ),
    "logistic": piped(TfidfVectorizer(), LogisticRegression(), labels=2),
    "square roots, scaled and chosen": piped(
        TfidfVectorizer(),
        MaxAbsScaler(),
        FunctionTransformer(np.sqrt),
        VarianceThreshold(1e-4),
        StandardScaler(with_mean=False),
        LogisticRegression(),
    ),
    "square roots of scaled counts": piped(
        CountVectorizer(), MaxAbsScaler(), FunctionTransformer(np.sqrt), MultinomialNB(), labels=2
    ),
    "logistic, pairs, accents, balanced": piped(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode"),
        LogisticRegression(class_weight="balanced"),
    ),
    "SGD with log loss, three labels": piped(
        TfidfVectorizer(min_df=2, max_df=0.9), SGDClassifier(loss="log_loss", random_state=0)
    ),
    "SGD with log loss, stop words": piped(
        TfidfVectorizer(stop_words=["der", "die"]),
        SGDClassifier(loss="log_loss", random_state=0),
        labels=2,
    ),
    "characters within words, calibrated": piped(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
        CalibratedClassifierCV(LinearSVC(), cv=3),
    ),
    "characters, calibrated, two labels": piped(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
        CalibratedClassifierCV(SGDClassifier(random_state=0), cv=3),
        labels=2,
    ),
    "calibrated without an ensemble": piped(
        TfidfVectorizer(), CalibratedClassifierCV(LinearSVC(), ensemble=False)
    ),
    "calibrated after fitting": (lambda: prefit(2), 2, False),
    "calibrated multinomial": piped(
        CountVectorizer(), CalibratedClassifierCV(MultinomialNB(), cv=3), labels=2
    ),
    "calibrated multinomial, three labels": piped(
        CountVectorizer(), CalibratedClassifierCV(MultinomialNB(), cv=3)
    ),
    "ridge": piped(TfidfVectorizer(), RidgeClassifier(), labels=2, given=True),
    "ridge, three labels": piped(TfidfVectorizer(), RidgeClassifier(), given=True),
    "perceptron": piped(TfidfVectorizer(), Perceptron(), given=True),
    "passive-aggressive": piped(
        TfidfVectorizer(),
        SGDClassifier(penalty=None, learning_rate="pa1", eta0=1.0, random_state=0),
        labels=2,
        given=True,
    ),
    "one against the rest, logistic": piped(
        TfidfVectorizer(), OneVsRestClassifier(LogisticRegression())
    ),
    "one against the rest, multinomial": piped(
        CountVectorizer(), OneVsRestClassifier(MultinomialNB())
    ),
    "one against the rest, calibrated": piped(
        TfidfVectorizer(), OneVsRestClassifier(CalibratedClassifierCV(LinearSVC(), cv=3))
    ),
    "calibrated one against the rest": piped(
        TfidfVectorizer(), CalibratedClassifierCV(OneVsRestClassifier(LinearSVC()), cv=3)
    ),
    "best terms after weighing, complement": piped(
        TfidfVectorizer(), SelectKBest(chi2, k=15), ComplementNB()
    ),
    "best terms before weighing": piped(
        CountVectorizer(), SelectKBest(chi2, k=15), TfidfTransformer(), MultinomialNB()
    ),
    "terms that vary, scaled": piped(
        TfidfVectorizer(), VarianceThreshold(1e-4), MaxAbsScaler(), LinearSVC(), given=True
    ),
    "terms that another model chose": piped(
        TfidfVectorizer(), SelectFromModel(LinearSVC()), LogisticRegression()
    ),
    "presence": piped(CountVectorizer(binary=True), BernoulliNB()),
    "Gaussian on a dense matrix": piped(
        TfidfVectorizer(),
        FunctionTransformer(dense, accept_sparse=True),
        GaussianNB(var_smoothing=0.1),
    ),
    "frequencies": piped(
        TfidfVectorizer(use_idf=False, norm="l1", lowercase=False), LogisticRegression(), labels=2
    ),
    "neither norm nor smoothing": piped(
        TfidfVectorizer(smooth_idf=False, norm=None, binary=True), LogisticRegression(), labels=2
    ),
    "a norm of its own": piped(CountVectorizer(), Normalizer("l1"), LogisticRegression()),
    "standardised": piped(TfidfVectorizer(), StandardScaler(with_mean=False), LogisticRegression()),
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
