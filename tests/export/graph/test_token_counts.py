"""Counts of tokens, as a graph of their own in ONNX Runtime."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from addsup.export.graph import token_counts
from addsup.export.graph.nodes import Nodes
from onnx import TensorProto, helper


class Container:
    """What skl2onnx's container does with nodes, and no more."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def add_node(
        self, op: str, inputs: list[str], outputs: list[str], op_domain: str, name: str, **rest: Any
    ) -> None:
        self.nodes.append(helper.make_node(op, inputs, outputs, name, domain=op_domain, **rest))


@pytest.mark.parametrize(("most", "nodes"), [(token_counts.MOST_IN_A_NODE, 3), (2, 8)])
def test_each_token_has_the_count_of_its_term_in_its_text(
    most: int, nodes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_counts, "MOST_IN_A_NODE", most)
    names = iter(f"name{n}" for n in range(100))
    scope = SimpleNamespace(
        get_unique_variable_name=lambda each: each + next(names),
        get_unique_operator_name=lambda each: each + next(names),
    )
    container = Container()
    found = token_counts.token_counts(Nodes(scope, container), "ids", 3)
    graph = helper.make_graph(
        container.nodes,
        "counts",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [None, None])],
        [helper.make_tensor_value_info(found, TensorProto.DOUBLE, [None, None])],
        container.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString())

    (counts,) = session.run(None, {"ids": np.array([[0, 2, 0, 0], [1, 3, 3, 2]])})

    assert len(container.nodes) == nodes
    assert counts.tolist() == [[3, 1, 3, 3], [1, 2, 2, 1]]
