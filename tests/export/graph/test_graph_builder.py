"""Graph builder: one pipeline, one graph, the same bytes."""

from __future__ import annotations

import onnx
from addsup.export.graph.graph_builder import OPSETS, build_graph
from addsup.export.graph.model_file import build
from addsup.export.graph.pipeline_steps import read_pipeline
from addsup.inference.analyzer_settings import ARTICLE

from tests.export.small import small


def test_the_graph_takes_text_and_gives_label_probabilities_and_evidence() -> None:
    model = build_graph(read_pipeline(small().pipeline, ARTICLE))

    onnx.checker.check_model(model)
    assert [each.name for each in model.graph.input] == ["text"]
    assert [each.name for each in model.graph.output] == ["label", "probabilities", "ids", "shares"]
    assert {each.domain: each.version for each in model.opset_import} == OPSETS


def test_the_same_pipeline_gives_the_same_bytes() -> None:
    assert build(small()) == build(small())
