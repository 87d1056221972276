"""Pipelines as notebooks have them: labels encoded, parts fitted apart, texts cleaned before."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder

from addsup.export.graph.equivalence import ProofFailed
from addsup.export.pipeline.description import NotConvertible
from addsup.export.sample import BadSample
from tests.export.pipelines import texts
from tests.export.small import opened

SAMPLE, TRUTH = texts(3)
ENCODER = LabelEncoder().fit(TRUTH)
ENCODED = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(
    SAMPLE, ENCODER.transform(TRUTH)
)


@pytest.mark.parametrize("names", [ENCODER, ENCODER.classes_, ["money", "sport", "weather"]])
@pytest.mark.parametrize("labels", [TRUTH, ENCODER.transform(TRUTH)])
def test_encoded_labels_are_served_under_their_names(names: Any, labels: Any) -> None:
    model, _ = opened(ENCODED, SAMPLE, labels, label_names=names)

    assert model.labels == ("money", "sport", "weather")
    assert [each.label for each in model.predict(SAMPLE)] == list(
        ENCODER.inverse_transform(ENCODED.predict(SAMPLE))
    )
    assert model.manifest.data.texts_by_label == dict.fromkeys(model.labels, 60)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a", "b"], "label_names has 2 names, and the classifier knows 3 labels: 0, 1, 2"),
        (["a", "b", "b"], "label_names has a name twice"),
        (LabelEncoder().fit(["a"]), "label_names is fitted on other labels"),
    ],
)
def test_names_that_do_not_fit_the_labels_are_refused(names: Any, sentence: str) -> None:
    with pytest.raises(BadSample, match=sentence):
        opened(ENCODED, SAMPLE, label_names=names)


def test_many_labels_are_proved_whatever_is_lost_in_rounding_their_scores() -> None:
    chance, words = np.random.default_rng(1), np.array([f"wort{number}" for number in range(20000)])
    truth = [f"label {number % 80}" for number in range(320)]
    sample = [" ".join(words[chance.zipf(1.2, 200) % 20000]) + "." for _ in truth]
    pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB(alpha=0.01)).fit(sample, truth)

    _, proof = opened(pipeline, sample)

    assert proof.probability <= 1e-9


@pytest.mark.parametrize(
    ("pattern", "error", "sentence"),
    [
        (
            r"\w*",
            NotConvertible,
            r'token_pattern="\\w\*" finds the empty string between words; use',
        ),
        (r"(?:#|\b)(\w*)", ProofFailed, "words that miss"),
    ],
)
def test_tokens_that_no_word_as_typed_is_are_refused(
    pattern: str, error: type[Exception], sentence: str
) -> None:
    sample = ["gut # gut", "# schlecht", "#a gut", "#b schlecht"] * 10
    vectoriser = CountVectorizer(token_pattern=pattern, ngram_range=(1, 2), max_df=0.9)
    pipeline = make_pipeline(vectoriser, MultinomialNB()).fit(sample, ["a", "b"] * 20)

    with pytest.raises(error, match=sentence):
        opened(pipeline, sample)


def raw_texts() -> tuple[list[str], list[str]]:
    """Texts as people type them, with capitals, punctuation and forms of words."""
    chance = np.random.default_rng(0)
    of = {
        "good": ["Loved", "loving", "Great", "GREAT!", "Wonderful,", "the", "Acting", "acted."],
        "bad": ["Hated", "hating", "Awful", "AWFUL!", "Boring,", "a", "Plots", "plot."],
    }
    truth = ["good", "bad"] * 40
    return [" ".join(chance.choice(of[label], 6)) + "..." for label in truth], truth


ENDINGS = re.compile("(ing|ed|s)$")
RAW, LABELS = raw_texts()


def clean(text: str) -> str:
    words = re.sub("[^a-zA-Z]", " ", text).lower().split()
    return " ".join(ENDINGS.sub("", word) for word in words if word not in {"the", "a"})


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
def test_cleaning_outside_the_pipeline_is_served_with_it(ngram_range: tuple[int, int]) -> None:
    cleaned = list(map(clean, RAW))
    vectorizer = TfidfVectorizer(ngram_range=ngram_range)
    classifier = LogisticRegression().fit(vectorizer.fit_transform(cleaned), LABELS)

    model, proof = opened(
        None, RAW, LABELS, vectorizer=vectorizer, classifier=classifier, clean=clean
    )

    assert proof.probability <= 1e-9
    expected = classifier.predict_proba(vectorizer.transform(cleaned))
    rows = [list((each.probabilities or {}).values()) for each in model.predict(RAW)]
    assert np.array(rows) == pytest.approx(expected, abs=1e-9)
    assert model.manifest.lemmas["loving"] == "lov"
    assert "the" in model.manifest.stop_words
    (_, why), *_ = model.explain(["Loving the acting!"])
    assert why is not None
    assert [word.lemma for word in why.words] == ["lov", None, "act"]


def shortened(text: str) -> str:
    return clean(text)[:10]


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (shortened, "clean cannot be held as a table of words: .* the first text that shows it is"),
        (lambda text: text + " good good", "clean cannot be held as a table of words"),
        (lambda _: None, "is NoneType, not str"),
    ],
)
def test_cleaning_that_no_table_of_words_can_hold_is_refused(function: Any, sentence: str) -> None:
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(list(map(clean, RAW)), LABELS)

    with pytest.raises((BadSample, NotConvertible), match=sentence):
        opened(pipeline, RAW, clean=function)


def test_texts_that_somebody_cleaned_before_are_pointed_out() -> None:
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(list(map(clean, RAW)), LABELS)

    with pytest.warns(UserWarning, match="no capital letter and no punctuation.*clean="):
        opened(pipeline, list(map(clean, RAW)))


@pytest.mark.parametrize(
    "given", [{}, {"vectorizer": CountVectorizer()}, {"pipeline": ENCODED, "classifier": 1}]
)
def test_parts_are_given_together_and_without_a_pipeline(given: Any) -> None:
    with pytest.raises(BadSample, match="a fitted pipeline, or vectorizer= and classifier="):
        opened(given.pop("pipeline", None), SAMPLE, **given)


IN_A_NOTEBOOK = """
import sys
for name in ("skops", "nltk", "matplotlib", "pooch", "fsspec", "click"):
    sys.modules[name] = None  # as if it were not installed
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from addsup import export_pipeline
texts, labels = ["Gut gemacht!", "Sehr gut.", "Schlecht...", "Ganz schlecht."] * 5, [1, 1, 0, 0] * 5
pipeline = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts, labels)
print(export_pipeline(pipeline, "mine.onnx", texts, labels, quiet=True))
"""


def test_a_notebook_needs_nothing_that_only_training_does(tmp_path: Path) -> None:
    for name in ("train", "server", "export", "inference"):  # names of people's own files
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)")

    done = subprocess.run(
        [sys.executable, "-c", IN_A_NOTEBOOK],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Exported mine.onnx")
