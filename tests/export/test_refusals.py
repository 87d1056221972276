"""What no model file can hold is refused with one sentence that says a way out."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MaxAbsScaler, Normalizer
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import all_estimators

from addsup import export_pipeline
from addsup.export.pipeline.description import NotConvertible
from addsup.export.sample import BadSample
from addsup.inference.errors import AddsupError
from tests.export.pipelines import texts
from tests.export.small import opened

SAMPLE, TRUTH = texts(3)
SEVERAL = np.eye(3, dtype=int)[np.unique(TRUTH, return_inverse=True)[1]]


class Cleaner(TransformerMixin, BaseEstimator):
    """A cleaner as notebooks have it."""

    def fit(self, _texts: Any, _labels: Any = None) -> Cleaner:
        return self

    def transform(self, texts: Any) -> Any:
        return texts


class OwnVectorizer(CountVectorizer):
    """Reads texts its own way."""

    def build_analyzer(self) -> Any:
        return str.split


class Sampler(BaseEstimator):
    """Chooses texts when fitting, as imbalanced-learn's samplers do."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        return X, y


class OnlyPredicts(BaseEstimator):
    """A classifier of one's own."""

    def fit(self, _X: Any, y: Any) -> OnlyPredicts:
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.repeat(self.classes_[:1], X.shape[0])


def fitted(*steps: Any, labels: Any = TRUTH) -> Any:
    with np.errstate(divide="ignore"):  # without smoothing
        return make_pipeline(*steps).fit(SAMPLE, labels)


def pickled_by_an_older_version(**attributes: Any) -> Any:
    pipeline = fitted(TfidfVectorizer(), LogisticRegression())
    vars(pipeline[-1]).update(attributes)
    return pipeline


def without_idf() -> Any:
    pipeline = fitted(TfidfVectorizer(), LogisticRegression())
    del pipeline[0]._tfidf.idf_
    return pipeline


REFUSED = {
    "several labels": (
        fitted(TfidfVectorizer(), OneVsRestClassifier(LogisticRegression()), labels=SEVERAL),
        "OneVsRestClassifier gives several; export a pipeline for each",
    ),
    "several outputs": (
        fitted(CountVectorizer(), MultiOutputClassifier(MultinomialNB()), labels=SEVERAL),
        "MultiOutputClassifier gives several; export a pipeline for each",
    ),
    "hard voting": (
        fitted(CountVectorizer(), VotingClassifier([("a", MultinomialNB())])),
        "VotingClassifier has no converter here",
    ),
    "predict alone": (fitted(CountVectorizer(), OnlyPredicts()), "OnlyPredicts has no converter"),
    "a linear SVC": (fitted(TfidfVectorizer(), SVC(kernel="linear")), "LinearSVC for SVC"),
    "one against one": (
        fitted(TfidfVectorizer(), OneVsOneClassifier(LinearSVC())),
        "OneVsOneClassifier has no converter here",
    ),
    "no smoothing": (
        fitted(CountVectorizer(), MultinomialNB(alpha=0, force_alpha=True)),
        "no finite numbers; fit it again with smoothing",
    ),
    "a cleaner": (fitted(Cleaner(), CountVectorizer(), MultinomialNB()), "function as clean="),
    "an analyzer of its own": (
        fitted(OwnVectorizer(), MultinomialNB()),
        "OwnVectorizer has a build_analyzer of its own.*as clean=, and fit a CountVectorizer",
    ),
    "clipping": (
        fitted(CountVectorizer(), MaxAbsScaler(clip=True), LogisticRegression()),
        r"MaxAbsScaler\(clip=True\) has no converter here; use clip=False",
    ),
    "a function": (
        fitted(CountVectorizer(), FunctionTransformer(np.log1p), LogisticRegression()),
        "step FunctionTransformer has no converter here; fit without it",
    ),
    "one against the rest, pickled": (
        pickled_by_an_older_version(multi_class="ovr"),
        r"of an older scikit-learn.*fit OneVsRestClassifier\(LogisticRegression",
    ),
    "liblinear, pickled": (pickled_by_an_older_version(solver="liblinear"), "of an older scikit-l"),
    "idf of an older version": (without_idf(), "pickled by another scikit-learn than .* fit it ag"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", REFUSED)
def test_the_sentence_says_what_it_is_and_a_way_out(what: str) -> None:
    pipeline, sentence = REFUSED[what]

    with pytest.raises(NotConvertible, match=sentence):
        opened(pipeline, SAMPLE)


SUPPORTED = {
    "a vocabulary that was given": (CountVectorizer(vocabulary=["heute", "regen"]),),
    "float32": (TfidfVectorizer(dtype=np.float32),),
    "float32 of counts": (CountVectorizer(dtype=np.float32), TfidfTransformer()),
    "uint8": (CountVectorizer(dtype=np.uint8),),
    "a second norm that changes nothing": (TfidfVectorizer(), Normalizer()),
}


@pytest.mark.parametrize("what", SUPPORTED)
def test_what_can_be_held_exactly_is_exported(what: str) -> None:
    pipeline = fitted(*SUPPORTED[what], LogisticRegression())

    model, proof = opened(pipeline, SAMPLE)

    assert proof.probability <= 1e-9
    rows = model.probabilities([model.reader.read(text)[0] for text in SAMPLE])
    assert rows == pytest.approx(pipeline.predict_proba(SAMPLE), abs=1e-5)


def test_a_sampler_is_left_out_as_it_is_idle_when_predicting() -> None:
    plain = fitted(TfidfVectorizer(), LogisticRegression())
    plain.steps.insert(1, ("sampler", Sampler()))

    assert opened(plain, SAMPLE)[1].probability <= 1e-9


PLAIN = fitted(CountVectorizer(), MultinomialNB())


@pytest.mark.parametrize(
    ("sample", "path", "sentence"),
    [
        (pd.DataFrame({"text": SAMPLE}), "m.onnx", r'texts is a table; .* table\["text"\]'),
        (["gut", "\ud800"], "m.onnx", r"texts\[1\] holds half of a character"),
        (SAMPLE, "model", 'path is "model", and the name of a model file ends in .onnx'),
        (5, "m.onnx", "has to be a list of texts"),
    ],
)
def test_texts_and_paths_that_cannot_be_used_are_refused(
    sample: Any, path: str, sentence: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadSample, match=sentence):
        export_pipeline(PLAIN, path, sample, quiet=True)

    assert not list(tmp_path.iterdir())


def test_texts_may_come_from_a_generator() -> None:
    assert opened(PLAIN, (text for text in SAMPLE))[1].texts > len(SAMPLE)


def made(kind: Any) -> Any:
    """An estimator with what it cannot do without."""
    parameters = inspect.signature(kind).parameters
    inner = {"estimator": LogisticRegression(), "base_estimator": LogisticRegression()}
    given: dict[str, Any] = {name: each for name, each in inner.items() if name in parameters}
    if "estimators" in parameters:
        given["estimators"] = [("a", LogisticRegression()), ("b", LogisticRegression())]
    return kind(**given)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", ["first", "between", "last"])
def test_every_estimator_of_scikit_learn_is_exported_equal_or_refused(place: str) -> None:
    sample, truth = texts(2)
    sample, truth, tried = sample[:40], truth[:40], 0
    for _, kind in all_estimators():
        try:
            each = made(kind)
            steps = {
                "first": (each, LogisticRegression()),
                "between": (TfidfVectorizer(), each, LogisticRegression()),
                "last": (TfidfVectorizer(), each),
            }[place]
            pipeline = make_pipeline(*steps).fit(sample, truth)
        except Exception:  # it takes no texts, or other arguments
            continue
        tried += 1
        try:
            _, proof = opened(pipeline, sample, truth)
        except AddsupError as refusal:
            assert len(str(refusal)) > 40, kind
        else:
            assert proof.probability <= 1e-6, kind

    assert tried >= (2 if place == "first" else 30)
