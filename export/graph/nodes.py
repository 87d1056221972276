"""ONNX nodes, written from inside a skl2onnx converter, one readable line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import numpy_helper


@dataclass(frozen=True, slots=True)
class Nodes:
    """The graph under construction: skl2onnx's scope gives names, its container takes nodes."""

    scope: Any
    container: Any

    def constant(self, name: str, values: npt.ArrayLike) -> str:
        """Add an initializer holding *values*, floats as doubles; returns its name in the graph."""
        unique = self.scope.get_unique_variable_name(name)
        array = np.asarray(values)
        array = array.astype(np.float64) if array.dtype.kind == "f" else array
        tensor = numpy_helper.from_array(array, unique)
        self.container.initializers.append(tensor)
        return str(unique)

    def add(
        self, op: str, *inputs: str, output: str | None = None, domain: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output, named *output* or, if None, after the operator."""
        output = output or self.scope.get_unique_variable_name(op.lower())
        name = self.scope.get_unique_operator_name(op)
        self.container.add_node(
            op, list(inputs), [output], op_domain=domain, name=name, **attributes
        )
        return str(output)

    def filled(self, shape: str, value: float) -> str:
        """Add a tensor of float32 with one value everywhere; counts are exact in it."""
        filled = numpy_helper.from_array(np.full(1, value, dtype=np.float32))
        return self.add("ConstantOfShape", shape, value=filled)
