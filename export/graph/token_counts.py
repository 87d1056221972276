"""Counts of tokens: how often a text holds the term of each of its tokens."""

from __future__ import annotations

from typing import Final

import numpy as np
from onnx import TensorProto

from addsup.export.graph.nodes import Nodes

#: Terms up to which one node counts them: it takes 125 bytes for each in every worker.
MOST_IN_A_NODE: Final = 100_000


def term_counts(nodes: Nodes, ids: str, size: int) -> str:
    """Counts [N, *size* + 1] of *ids* [N, T], which are columns of *size* terms; *size* for none.

    They are made in float32, in which they are exact: this matrix is most of what a batch touches.
    """
    return (_counted if size <= MOST_IN_A_NODE else _scattered)(nodes, ids, size + 1)


def counts_at(nodes: Nodes, counts: str, ids: str) -> str:
    """*counts* of the columns *ids* [N, T], as float64 [N, T]."""
    times = nodes.add("GatherElements", counts, ids, axis=1)
    return nodes.add("Cast", times, to=TensorProto.DOUBLE)


def _counted(nodes: Nodes, ids: str, columns: int) -> str:
    """Counts [N, *columns*] by a single node."""
    return nodes.add(
        "TfIdfVectorizer",
        ids,
        mode="TF",
        min_gram_length=1,
        max_gram_length=1,
        max_skip_count=0,
        ngram_counts=[0],
        ngram_indexes=list(range(columns)),
        pool_int64s=list(range(columns)),
    )


def _scattered(nodes: Nodes, ids: str, columns: int) -> str:
    """The same, by ones that are added to zeros where the *ids* say."""
    texts = nodes.add("Shape", ids, start=0, end=1)
    shape = nodes.add("Concat", texts, nodes.constant("columns", np.array([columns])), axis=0)
    empty, ones = nodes.filled(shape, 0.0), nodes.filled(nodes.add("Shape", ids), 1.0)
    return nodes.add("ScatterElements", empty, ids, ones, axis=1, reduction="add")
