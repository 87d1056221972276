"""Our converters for skl2onnx: tf-idf and classifiers in float64, with `evidence`.

skl2onnx makes the whole graph float32 for string input. At the article's var_smoothing=1e-9 a
rounding error in tf-idf is divided by 1e-11, and labels flip. Term counts are whole numbers, exact
in float32, so everything after them is done in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer

from export.errors import NotConvertible
from export.nodes import Nodes
from export.terms import Terms, terms

# Smaller than any norm, and its root is not zero: an empty text is divided by it and stays 0.
SMALLEST_SQUARE = 1e-300
# Parts whose sum is less than this have cancelled out, and their sum is mostly rounding.
NEGLIGIBLE = 1e-9


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
    _unit_length(nodes, _weighted(nodes, counts, vectoriser), operator.outputs[0].full_name)


def _check_vectoriser(vectoriser: TfidfVectorizer) -> None:
    """Refuse settings that the nodes above do not carry out."""
    wanted = {
        "analyzer": "word",
        "binary": False,
        "lowercase": False,
        "norm": "l2",
        "stop_words": None,
        "strip_accents": None,
        "use_idf": True,
    }
    for name, value in wanted.items():
        actual = getattr(vectoriser, name)
        if actual != value:
            raise NotConvertible(
                f"TfidfVectorizer({name}={actual!r}) has no converter here; use {name}={value!r}"
            )


def _pool(vectoriser: TfidfVectorizer) -> dict[str, Any]:
    """Attributes of ONNX's TfIdfVectorizer that make it count the terms, in column order.

    The pool has the words of all terms of one word, then of all terms of two, and so on;
    `ngram_counts` says where each length begins, `ngram_indexes` the column of each term.
    """
    terms_in_order = [term.split(" ") for term in vectoriser.get_feature_names_out()]
    lengths = [len(words) for words in terms_in_order]
    columns = sorted(range(len(lengths)), key=lengths.__getitem__)  # stable
    most = max(lengths)
    words_of = [length * lengths.count(length) for length in range(1, most)]
    return {
        "mode": "TF",
        "min_gram_length": 1,
        "max_gram_length": most,
        "max_skip_count": 0,
        "ngram_counts": [0, *np.cumsum(words_of).tolist()],
        "ngram_indexes": columns,
        "pool_strings": [word for column in columns for word in terms_in_order[column]],
    }


def _weighted(nodes: Nodes, counts: str, vectoriser: TfidfVectorizer) -> str:
    """Tf times idf, [N, V]. Only the few terms that a text holds are computed, in float64."""
    found = nodes.add("NonZero", counts)  # [2, found]: row and column of each
    places = nodes.add("Transpose", found)
    tf = nodes.add("Cast", nodes.add("GatherND", counts, places), to=TensorProto.DOUBLE)
    if vectoriser.sublinear_tf:
        tf = nodes.add("Add", nodes.add("Log", tf), nodes.constant("one", 1.0))
    columns = nodes.add("Gather", found, nodes.constant("column", 1), axis=0)
    idf = nodes.add("Gather", nodes.constant("idf", vectoriser.idf_), columns)
    zero = numpy_helper.from_array(np.zeros(1))
    empty = nodes.add("ConstantOfShape", nodes.add("Shape", counts), value=zero)
    return nodes.add("ScatterND", empty, places, nodes.add("Mul", tf, idf))


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
    if parts.bend:
        log_odds = _bent(nodes, operator.inputs[0].full_name, parts, evidence)
    else:
        _evidence(nodes, operator.inputs[0].full_name, parts, evidence)
        log_odds = nodes.add("Add", _over_terms(nodes, evidence), _constant(nodes, parts))
    # The first label's log-odds against itself are 0: pad them in, and softmax does the rest.
    scores = nodes.add("Pad", log_odds, nodes.constant("first_label", np.array([0, 1, 0, 0])))
    nodes.add("Softmax", scores, axis=1, output=probabilities)
    labels = nodes.constant("labels", operator.raw_operator.classes_.astype(object))
    nodes.add("Gather", labels, nodes.add("ArgMax", scores, axis=1, keepdims=0), output=label)


def _evidence(nodes: Nodes, tfidf: str, parts: Terms, output: str | None = None) -> str:
    """x * (a*x + b) for each term, [N, K - 1, V]: its part in the log-odds before bending."""
    x = nodes.add("Unsqueeze", tfidf, nodes.constant("labels_axis", np.array([1])))
    linear = nodes.constant("linear", parts.linear)
    if parts.presence:
        return nodes.add("Mul", nodes.add("Sign", x), linear, output=output)
    if parts.quadratic is None:
        return nodes.add("Mul", x, linear, output=output)
    slope = nodes.add("Mul", x, nodes.constant("quadratic", parts.quadratic))
    return nodes.add("Mul", x, nodes.add("Add", slope, linear), output=output)


def _over_terms(nodes: Nodes, evidence: str) -> str:
    """The sum of all parts, [N, K - 1]."""
    return nodes.add("ReduceSum", evidence, nodes.constant("terms", np.array([2])), keepdims=0)


def _constant(nodes: Nodes, parts: Terms) -> str:
    return nodes.constant("constant", parts.constant[np.newaxis])


def _bent(nodes: Nodes, tfidf: str, parts: Terms, output: str) -> str:
    """Bent log-odds [N, 1], and the parts in what the terms add to the bent constant."""
    straight = _evidence(nodes, tfidf, parts)
    added = _over_terms(nodes, straight)
    log_odds = _bend(nodes, nodes.add("Add", added, _constant(nodes, parts)), parts.bend)
    stretch = _stretch(nodes, added, log_odds, parts)
    each = nodes.add("Unsqueeze", stretch, nodes.constant("terms_axis", np.array([2])))
    nodes.add("Mul", straight, each, output=output)
    return log_odds


def _bend(nodes: Nodes, straight: str, bend: float) -> str:
    """ln(1 + bend * |f|) / bend with the sign of f."""
    size = nodes.add("Mul", nodes.add("Abs", straight), nodes.constant("bend", bend))
    logarithm = nodes.add("Log", nodes.add("Add", size, nodes.constant("unit", 1.0)))
    signed = nodes.add("Mul", logarithm, nodes.add("Sign", straight))
    return nodes.add("Div", signed, nodes.constant("by_bend", bend))


def _stretch(nodes: Nodes, added: str, log_odds: str, parts: Terms) -> str:
    """What each part is multiplied by: (g(constant + added) - g(constant)) / added.

    Where next to nothing is added that would be 0 / 0; the derivative of g takes its place.
    """
    adds = nodes.add("Sub", log_odds, nodes.constant("bent", parts.bent_constant[np.newaxis]))
    derivative = 1 / (1 + parts.bend * np.abs(parts.constant[np.newaxis]))
    negligible = nodes.constant("negligible", NEGLIGIBLE)
    return nodes.add(
        "Where",
        nodes.add("Less", nodes.add("Abs", added), negligible),
        nodes.constant("derivative", derivative),
        nodes.add("Div", adds, added),
    )
