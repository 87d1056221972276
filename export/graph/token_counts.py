"""Counts of tokens: how often a text holds the term of each of its tokens."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from export.graph.nodes import Nodes


def token_counts(nodes: Nodes, ids: str, size: int) -> str:
    """Counts [N, T] float64 of *ids* [N, T], which are columns of *size* terms, or *size* for none.

    They are made in float32, in which they are exact: a matrix of N by *size* + 1 of them is most
    of what a batch touches.
    """
    texts = nodes.add("Shape", ids, start=0, end=1)
    shape = nodes.add("Concat", texts, nodes.constant("columns", np.array([size + 1])), axis=0)
    empty, ones = nodes.filled(shape, 0.0), nodes.filled(nodes.add("Shape", ids), 1.0)
    counts = nodes.add("ScatterElements", empty, ids, ones, axis=1, reduction="add")
    times = nodes.add("GatherElements", counts, ids, axis=1)
    return nodes.add("Cast", times, to=TensorProto.DOUBLE)
