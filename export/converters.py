"""Our converters for skl2onnx: tf-idf and naive Bayes in float64, with `evidence`.

skl2onnx makes the whole graph float32 for string input. At the article's var_smoothing=1e-9 a
rounding error in tf-idf is divided by 1e-11, and labels flip. Term counts are whole numbers, exact
in float32, so everything after them is done in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer

from export.errors import NotConvertible
from export.nodes import Nodes
from export.terms import Terms, terms

# Smaller than any norm, and its root is not zero: an empty text is divided by it and stays 0.
SMALLEST_SQUARE = 1e-300


def register(classifier: type) -> None:
    """Make skl2onnx use our converters for TfidfVectorizer and for the class *classifier*."""
    update_registered_converter(
        TfidfVectorizer, "TextTfidf", _tfidf_shape, _convert_tfidf, overwrite=True
    )
    update_registered_converter(
        classifier,
        "TermClassifier",
        _classifier_shape,
        _convert_classifier,
        parser=_parse_classifier,
        overwrite=True,
    )


def _tfidf_shape(operator: Any) -> None:
    operator.outputs[0].type = DoubleTensorType([None, len(operator.raw_operator.vocabulary_)])


def _convert_tfidf(scope: Any, operator: Any, container: Any) -> None:
    vectoriser, nodes = operator.raw_operator, Nodes(scope, container)
    _check_vectoriser(vectoriser)
    tokens = nodes.add(
        "Tokenizer",
        operator.inputs[0].full_name,
        domain="com.microsoft",
        op_version=1,
        mark=0,
        mincharnum=1,
        pad_value="#",
        tokenexp=vectoriser.token_pattern,
    )
    counts = nodes.add("TfIdfVectorizer", tokens, **_pool(vectoriser))
    exact = nodes.add("Cast", counts, to=TensorProto.DOUBLE)
    weighted = nodes.add("Mul", exact, nodes.constant("idf", vectoriser.idf_[np.newaxis]))
    _unit_length(nodes, weighted, operator.outputs[0].full_name)


def _check_vectoriser(vectoriser: TfidfVectorizer) -> None:
    """Refuse settings that the nodes above do not carry out."""
    wanted = {
        "analyzer": "word",
        "binary": False,
        "lowercase": False,
        "ngram_range": (1, 1),
        "norm": "l2",
        "stop_words": None,
        "strip_accents": None,
        "sublinear_tf": False,
        "use_idf": True,
    }
    for name, value in wanted.items():
        actual = getattr(vectoriser, name)
        if actual != value:
            raise NotConvertible(
                f"TfidfVectorizer({name}={actual!r}) has no converter here; use {name}={value!r}"
            )


def _pool(vectoriser: TfidfVectorizer) -> dict[str, Any]:
    """Attributes of ONNX's TfIdfVectorizer that make it count the terms, in column order."""
    terms_in_order = vectoriser.get_feature_names_out().tolist()
    return {
        "mode": "TF",
        "min_gram_length": 1,
        "max_gram_length": 1,
        "max_skip_count": 0,
        "ngram_counts": [0],
        "ngram_indexes": list(range(len(terms_in_order))),
        "pool_strings": terms_in_order,
    }


def _unit_length(nodes: Nodes, weighted: str, output: str) -> None:
    """Divide each row by its Euclidean length; a row of zeros stays one, as in scikit-learn."""
    axis = nodes.constant("columns", np.array([1], dtype=np.int64))
    squares = nodes.add("ReduceSumSquare", weighted, axis, keepdims=1)
    positive = nodes.add("Max", squares, nodes.constant("smallest_square", SMALLEST_SQUARE))
    nodes.add("Div", weighted, nodes.add("Sqrt", positive), output=output)


def _parse_classifier(scope: Any, model: Any, inputs: Any, custom_parsers: Any) -> Any:  # noqa: ARG001
    """Declare the three outputs; skl2onnx's own parser knows only two."""
    operator = scope.declare_local_operator("TermClassifier", model)
    operator.inputs.extend(inputs)
    for name, kind in (
        ("label", StringTensorType()),
        ("probabilities", DoubleTensorType()),
        ("evidence", DoubleTensorType()),
    ):
        operator.outputs.append(scope.declare_local_variable(name, kind))
    return operator.outputs


def _classifier_shape(operator: Any) -> None:
    width, labels = operator.inputs[0].type.shape[1], len(operator.raw_operator.classes_)
    label, probabilities, evidence = operator.outputs
    label.type = StringTensorType([None])
    probabilities.type = DoubleTensorType([None, labels])
    evidence.type = DoubleTensorType([None, labels - 1, width])


def _convert_classifier(scope: Any, operator: Any, container: Any) -> None:
    nodes, parts = Nodes(scope, container), terms(operator.raw_operator)
    label, probabilities, evidence = (output.full_name for output in operator.outputs)
    _evidence(nodes, operator.inputs[0].full_name, parts, evidence)
    log_odds = nodes.add(
        "Add",
        nodes.add("ReduceSum", evidence, nodes.constant("terms", np.array([2])), keepdims=0),
        nodes.constant("constant", parts.constant[np.newaxis]),
    )
    # The first label's log-odds against itself are 0: pad them in, and softmax does the rest.
    scores = nodes.add("Pad", log_odds, nodes.constant("first_label", np.array([0, 1, 0, 0])))
    nodes.add("Softmax", scores, axis=1, output=probabilities)
    labels = nodes.constant("labels", operator.raw_operator.classes_.astype(object))
    nodes.add("Gather", labels, nodes.add("ArgMax", scores, axis=1, keepdims=0), output=label)


def _evidence(nodes: Nodes, tfidf: str, parts: Terms, output: str) -> None:
    """x * (a*x + b) for each term: its part in the log-odds."""
    x = nodes.add("Unsqueeze", tfidf, nodes.constant("labels_axis", np.array([1])))
    slope = nodes.add("Mul", x, nodes.constant("quadratic", parts.quadratic))
    factor = nodes.add("Add", slope, nodes.constant("linear", parts.linear))
    nodes.add("Mul", x, factor, output=output)
