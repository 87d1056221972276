"""Nodes: a line for each, names that are given once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from addsup.export.graph.nodes import Nodes
from onnx import numpy_helper


class Scope:
    """Gives each name a number."""

    def __init__(self) -> None:
        self.count = 0

    def _unique(self, name: str) -> str:
        self.count += 1
        return f"{name}{self.count}"

    get_unique_variable_name = get_unique_operator_name = _unique


def test_constants_and_nodes_are_named_and_chained() -> None:
    added: list[Any] = []
    container = SimpleNamespace(
        initializers=[], add_node=lambda *words, **named: added.append((words, named))
    )
    nodes = Nodes(Scope(), container)

    one = nodes.constant("one", [1.0, 2.0])
    result = nodes.add("Add", one, one, output="sum", axis=1)

    (tensor,) = container.initializers
    assert numpy_helper.to_array(tensor).tolist() == [1.0, 2.0]
    assert (one, result) == ("one1", "sum")
    ((words, named),) = added
    assert words == ("Add", [one, one], ["sum"])
    assert named == {"op_domain": "", "name": "Add2", "axis": 1}
