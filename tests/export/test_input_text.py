"""What text a model file takes, in words and as a script that onnxruntime alone can run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from addsup import Model
from addsup.export.graph.input_text import input_text, python_example
from addsup.export.graph.model_file import build
from addsup.export.own_pipeline import read_fitted
from addsup.export.publish import write_model
from addsup.server.settings import Settings
from addsup.train.text.languages import word_pattern
from tests.export.pipelines import texts

VECTORISERS = {
    "words": CountVectorizer(stop_words=["der"]),
    "pairs": CountVectorizer(ngram_range=(1, 2), strip_accents="unicode", lowercase=False),
    "any alphabet": CountVectorizer(token_pattern=word_pattern()),
    "characters": CountVectorizer(analyzer="char", ngram_range=(2, 3), strip_accents="ascii"),
    "within words": CountVectorizer(analyzer="char_wb", ngram_range=(4, 5)),
}


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout


def assert_same(model: Model, path: Path, text: str) -> None:
    (expected,) = model.predict([text])
    said = run(python_example(model.manifest, str(path), text))

    assert expected.label is not None and expected.probabilities is not None
    assert expected.label in said
    found = [float(each) for each in re.findall(r"[\d.]+(?:e-?\d+)?", said.partition("]")[2])]
    assert found == pytest.approx(list(expected.probabilities.values()), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", VECTORISERS)
def test_the_script_gives_what_the_server_gives(name: str, tmp_path: Path) -> None:
    sample, truth = texts(3)
    pipeline = make_pipeline(VECTORISERS[name], MultinomialNB(alpha=20)).fit(sample, truth)
    trained, found = read_fitted(pipeline, sample)
    path = tmp_path / "mine.onnx"
    write_model(path, build(trained, found))

    assert_same(Model.load(path), path, "Heute Regen, größer Füße.")


def test_the_script_of_the_shipped_model_gives_what_the_server_gives() -> None:
    path = Settings().model_path.resolve()

    assert_same(Model.load(path), path, "A fine film with great plots.")


def test_what_the_graph_takes_is_said() -> None:
    shipped = Model.load(Settings().model_path).manifest

    assert "the letters a to z alone" in input_text(shipped)
