"""The graph against scikit-learn, in the onnxruntime that serves."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from addsup.export.graph.equivalence import (
    ProofFailed,
    ask_graph,
    ask_pipeline,
    relative_difference,
    rounding,
)
from addsup.export.pipeline.steps import read_pipeline
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from tests.export.small import (
    Change,
    altered,
    entry,
    exported,
    proved,
    scaled,
    shifted,
    without_lemmas,
)

#: Fixtures asked for by name, so `tests/conftest.py` cannot see that they need the data.
CANDIDATES = [
    pytest.param(name, marks=pytest.mark.data) for name in ("trained", "article_candidate")
]


@pytest.fixture(scope="module", params=CANDIDATES)
def any_candidate(request: pytest.FixtureRequest) -> TrainedModel:
    chosen: TrainedModel = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="module")
def model(any_candidate: TrainedModel) -> Model:
    return Model(exported(any_candidate))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_generated_text_gets_scikit_learns_answer(
    any_candidate: TrainedModel, model: Model, data: st.DataObject
) -> None:
    words = st.sampled_from(any_candidate.vocabulary) | st.text(max_size=20)
    texts = data.draw(st.lists(st.lists(words, max_size=50).map(" ".join), min_size=1, max_size=4))

    found = read_pipeline(any_candidate.pipeline, any_candidate.analyzer)
    read = [model.reader.read(text)[0] for text in texts]
    expected, sizes = ask_pipeline(found, any_candidate.pipeline_texts(texts))
    actual, noise = ask_graph(model, read), rounding(model, read) * sizes

    assert actual.label.tolist() == expected.label.tolist()
    np.testing.assert_allclose(actual.probabilities, expected.probabilities, rtol=0, atol=1e-6)
    differences = relative_difference(actual.log_odds, expected.log_odds, noise)
    assert differences.max() <= 1e-9


def test_the_proof_covers_the_data_set_and_generated_texts(any_candidate: TrainedModel) -> None:
    proof = proved(any_candidate)

    assert proof.texts >= len(any_candidate.texts) + 500
    assert proof.probability <= 1e-6
    assert proof.log_odds <= 1e-9


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (scaled("linear", -1.0), "another label"),
        (scaled("quadratic", 1.001), "probabilities off"),
        (entry("blocks", without_lemmas), "probabilities off|another label"),
        (entry("intercept", shifted), "contributions that miss"),
    ],
)
def test_a_graph_that_differs_fails_the_proof(
    trained: TrainedModel, change: Change, complaint: str
) -> None:
    content = altered(exported(trained), change)

    with pytest.raises(ProofFailed, match=complaint):
        proved(trained, content)


def test_tf_idf_in_float32_would_fail_the_proof_with_the_articles_settings(
    article_candidate: TrainedModel,
) -> None:
    def round_idf(model: onnx.ModelProto) -> None:
        (tensor,) = (t for t in model.graph.initializer if t.name == "idf")
        rounded = numpy_helper.to_array(tensor).astype(np.float32).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(rounded, "idf"))

    with pytest.raises(ProofFailed):
        proved(article_candidate, altered(exported(article_candidate), round_idf))
