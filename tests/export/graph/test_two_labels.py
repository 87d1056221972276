"""Graph for two labels: the same numbers as the general one, with fewer nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from addsup.export.graph import two_labels
from addsup.export.graph.model_file import build
from addsup.export.graph.pipeline_steps import read_pipeline
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import NgramRange, Setting, Transform

from tests.export.small import TEXTS, small

ASKED = [*TEXTS, "good good good film", "zxqv", "", "film " * 300, "bad zxqv story"]


def trained(
    classifier: str, transform: Transform, bend: float, ngram_range: NgramRange = (1, 1)
) -> TrainedModel:
    made = small(classifier, ngram_range, bend)
    setting = Setting(classifier, 0.5, transform=transform, ngram_range=ngram_range)
    pipeline = setting.pipeline(Calibration(0.7, bend, 0.25))
    texts = [made.normaliser.normalise(text) for text in TEXTS]
    pipeline.fit(texts, ["up" if n % 8 < 4 else "down" for n in range(len(texts))])
    return replace(made, pipeline=pipeline)


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
@pytest.mark.parametrize("bend", [0.0, 0.8])
@pytest.mark.parametrize("transform", ["none", "fourth root"])
@pytest.mark.parametrize("classifier", ["gaussian", "multinomial", "logistic", "svm"])
def test_its_numbers_are_those_of_the_general_graph(
    classifier: str,
    transform: Transform,
    bend: float,
    ngram_range: NgramRange,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = trained(classifier, transform, bend, ngram_range)
    few = Model(build(made))
    monkeypatch.setattr(two_labels, "fits", lambda *_: False)
    general = Model(build(made))
    texts = [few.reader.read(text)[0] for text in ASKED]

    ours, theirs = (each.run(texts, "probabilities", "shares") for each in (few, general))

    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-14)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-9, atol=1e-12)
    assert np.isfinite(ours[1]).all()


def test_words_that_cancel_out_still_do() -> None:
    model = Model(build(trained("svm", "fourth root", 0.8)))

    (ours,) = model.run([model.reader.read("good bad")[0]], "shares")

    assert abs(ours.sum()) < 1e-12
    assert np.abs(ours).min() > 0.1


def test_it_has_a_sixth_fewer_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trained("gaussian", "fourth root", 0.8)
    few = len(onnx.load_from_string(build(made)).graph.node)
    monkeypatch.setattr(two_labels, "fits", lambda *_: False)

    assert few <= 0.85 * len(onnx.load_from_string(build(made)).graph.node)


@pytest.mark.parametrize(
    ("classifier", "transform"), [("bernoulli", "none"), ("gaussian", "sublinear")]
)
def test_what_needs_more_than_tf_idf_goes_the_general_way(
    classifier: str, transform: Transform
) -> None:
    fitted = read_pipeline(trained(classifier, transform, 0.8).pipeline)

    assert not two_labels.fits(fitted.weighting, fitted.form)  # type: ignore[arg-type]
