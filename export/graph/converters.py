"""Our converter for skl2onnx: tf-idf and classifier in float64, with `evidence`.

skl2onnx makes the whole graph float32 for string input. At the article's var_smoothing=1e-9 a
rounding error in tf-idf is divided by 1e-11, and labels flip. Term counts are whole numbers, exact
in float32, so everything after them is done in float64.

A text holds few of the V terms, so the graph computes with the F terms that are found, in all N
texts of a run together, each with its row and its column; only `evidence` is spread out at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from export.graph.additive_form import Terms, terms
from export.graph.calibration_nodes import bend, stretch
from export.graph.ngram_vectorizer import check_vectoriser, pool
from export.graph.nodes import Nodes


class TextClassifier(BaseEstimator):
    """A fitted pipeline of tf-idf and a classifier, as one thing to convert."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    @property
    def vectoriser(self) -> TfidfVectorizer:
        return self.pipeline.steps[0][1]

    @property
    def classifier(self) -> Any:
        return self.pipeline.steps[-1][1]


@dataclass(frozen=True, slots=True)
class Found:
    """Names of what is known about the F terms found, in the order of rows, then columns.

    Attributes:
        counts: [N, V] float32, how often each text holds each term.
        places: [F, 2] row and column of each.
        row: [F, 1] and `rows` [F], its row.
        columns: [F] its column.
        nothing: [N, 1] zeros, to add to.
    """

    counts: str
    places: str
    row: str
    rows: str
    columns: str
    nothing: str


def register() -> None:
    """Make skl2onnx use our converter for `TextClassifier`."""
    update_registered_converter(
        TextClassifier, "TextClassifier", _shape, _convert, parser=_parse, overwrite=True
    )


def _parse(scope: Any, model: Any, inputs: Any, custom_parsers: Any) -> Any:  # noqa: ARG001
    """Declare the three outputs; skl2onnx's own parser knows only two."""
    operator = scope.declare_local_operator("TextClassifier", model)
    operator.inputs.extend(inputs)
    for name, kind in (
        ("label", StringTensorType()),
        ("probabilities", DoubleTensorType()),
        ("evidence", DoubleTensorType()),
    ):
        operator.outputs.append(scope.declare_local_variable(name, kind))
    return operator.outputs


def _shape(operator: Any) -> None:
    model = operator.raw_operator
    labels = len(model.classifier.classes_)
    label, probabilities, evidence = operator.outputs
    label.type = StringTensorType([None])
    probabilities.type = DoubleTensorType([None, labels])
    evidence.type = DoubleTensorType([None, labels - 1, len(model.vectoriser.vocabulary_)])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    model, nodes = operator.raw_operator, Nodes(scope, container)
    check_vectoriser(model.vectoriser)
    parts = terms(model.classifier)
    label, probabilities, evidence = (output.full_name for output in operator.outputs)
    found = _find(nodes, operator.inputs[0].full_name, model.vectoriser)
    straight = _parts(nodes, found, _x(nodes, found, model.vectoriser, parts), parts)
    added = _by_row(nodes, found, straight, len(parts.linear))
    log_odds = nodes.add("Add", added, nodes.constant("constant", parts.constant[np.newaxis]))
    if parts.bend:
        log_odds = bend(nodes, log_odds, parts.bend)
        each = nodes.add("Gather", stretch(nodes, added, log_odds, parts), found.rows, axis=0)
        straight = nodes.add("Mul", straight, each)
    _spread(nodes, found, straight, len(parts.linear), evidence)
    # The first label's log-odds against itself are 0: pad them in, and softmax does the rest.
    scores = nodes.add("Pad", log_odds, nodes.constant("first_label", np.array([0, 1, 0, 0])))
    nodes.add("Softmax", scores, axis=1, output=probabilities)
    labels = nodes.constant("labels", model.classifier.classes_.astype(object))
    nodes.add("Gather", labels, nodes.add("ArgMax", scores, axis=1, keepdims=0), output=label)


def _find(nodes: Nodes, text: str, vectoriser: TfidfVectorizer) -> Found:
    """Count the terms of each text, and find those that are there."""
    tokens = nodes.add(
        "Tokenizer",
        text,
        domain="com.microsoft",
        op_version=1,
        mark=0,
        mincharnum=1,
        pad_value="#",
        tokenexp=vectoriser.token_pattern,
    )
    counts = nodes.add("TfIdfVectorizer", tokens, **pool(vectoriser))
    found = nodes.add("NonZero", counts)  # [2, F]
    rows, columns = (
        nodes.add("Gather", found, nodes.constant(name, number), axis=0)
        for number, name in enumerate(("row", "column"))
    )
    places = nodes.add("Transpose", found)
    texts = nodes.add("Shape", counts, start=0, end=1)
    nothing = _upright(nodes, _zeros(nodes, texts))
    return Found(counts, places, _upright(nodes, rows), rows, columns, nothing)


def _x(nodes: Nodes, found: Found, vectoriser: TfidfVectorizer, parts: Terms) -> str:
    """What the classifier sees of each term found, [F, 1]: its tf-idf, or that it is there."""
    count = _upright(nodes, nodes.add("GatherND", found.counts, found.places))
    tf = nodes.add("Cast", count, to=TensorProto.DOUBLE)
    if parts.presence:
        return nodes.add("Sign", tf)
    if vectoriser.sublinear_tf:
        tf = nodes.add("Add", nodes.add("Log", tf), nodes.constant("one", 1.0))
    idf = nodes.constant("idf", vectoriser.idf_[:, np.newaxis])
    weighted = nodes.add("Mul", tf, nodes.add("Gather", idf, found.columns))
    return _unit_length(nodes, found, weighted)


def _unit_length(nodes: Nodes, found: Found, weighted: str) -> str:
    """Divide by the Euclidean length of the row; a text without terms has nothing to divide."""
    squares = _by_row(nodes, found, nodes.add("Mul", weighted, weighted), 1)
    length = nodes.add("Sqrt", nodes.add("Gather", squares, found.rows))
    return nodes.add("Div", weighted, length)


def _parts(nodes: Nodes, found: Found, x: str, parts: Terms) -> str:
    """x * (a*x + b), [F, K - 1]: what each term found adds to the log-odds before bending."""
    factor = nodes.add("Gather", nodes.constant("linear", parts.linear.T), found.columns)
    if parts.quadratic is not None:
        a = nodes.add("Gather", nodes.constant("quadratic", parts.quadratic.T), found.columns)
        factor = nodes.add("Add", nodes.add("Mul", x, a), factor)
    return nodes.add("Mul", x, factor)


def _by_row(nodes: Nodes, found: Found, values: str, width: int) -> str:
    """The sum of each text's *values* [F, width]: [N, width]."""
    nothing = found.nothing
    if width > 1:
        nothing = nodes.add("Mul", nothing, nodes.constant("wide", np.zeros((1, width))))
    return nodes.add("ScatterND", nothing, found.row, values, reduction="add")


def _spread(nodes: Nodes, found: Found, parts: str, width: int, output: str) -> None:
    """All parts in their columns, with zeros between them, [N, K - 1, V]."""
    counts = nodes.add("Shape", found.counts)
    shape = nodes.add("Concat", counts, nodes.constant("labels_but_one", np.array([width])), axis=0)
    spread = nodes.add("ScatterND", _zeros(nodes, shape), found.places, parts)
    nodes.add("Transpose", spread, perm=[0, 2, 1], output=output)


def _zeros(nodes: Nodes, shape: str) -> str:
    return nodes.add("ConstantOfShape", shape, value=numpy_helper.from_array(np.zeros(1)))


def _upright(nodes: Nodes, flat: str) -> str:
    """[F] -> [F, 1]."""
    return nodes.add("Unsqueeze", flat, nodes.constant("upright", np.array([1])))
