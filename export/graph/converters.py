"""Converters for skl2onnx: tf-idf and classifier in float64, with what each word adds.

skl2onnx makes the whole graph float32 for string input. At the article's var_smoothing=1e-9 a
rounding error in tf-idf is divided by 1e-11, and labels flip. Term counts are whole numbers, exact
in float32, so everything after them is done in float64.

A text holds few of the V terms, so the graph computes with the T tokens of each text: their numbers
(`ids`), how often the text holds each, and their equal shares in what their terms add (`shares`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, Int64TensorType, StringTensorType
from sklearn.base import BaseEstimator

from addsup.export.graph import changes
from addsup.export.graph.changes import Change
from addsup.export.graph.nodes import Nodes
from addsup.export.graph.token_counts import counts_at, term_counts
from addsup.export.pipeline.description import (
    AdditiveForm,
    Array,
    Description,
    Ensemble,
    TextBlock,
    Weighting,
)
from addsup.inference.analyzer_settings import TOKEN_PATTERN


class TextClassifier(BaseEstimator):
    """A fitted pipeline as one thing to convert, for skl2onnx wants estimators."""

    def __init__(self, description: Description) -> None:
        self.description = description


@dataclass(frozen=True, slots=True)
class Tokens:
    """Names of what is known about the T tokens of each of N texts, [N, T] each.

    Attributes:
        ids: the column of each term; V for one that is not known, or not there.
        times: how often the text holds that term; each of its tokens carries an equal share.
        x: what the classifier sees of it: its weight, or that it is there.
    """

    ids: str
    times: str
    x: str


def register() -> None:
    """Make skl2onnx use our converter for `TextClassifier`."""
    update_registered_converter(
        TextClassifier, "TextClassifier", _shape, _convert, parser=_parse, overwrite=True
    )


def _parse(scope: Any, model: Any, inputs: Any, custom_parsers: Any) -> Any:  # noqa: ARG001
    """Declare the four outputs; skl2onnx's own parser knows only two."""
    operator = scope.declare_local_operator("TextClassifier", model)
    operator.inputs.extend(inputs)
    for name, kind in (
        ("label", StringTensorType()),
        ("probabilities", DoubleTensorType()),
        ("ids", Int64TensorType()),
        ("shares", DoubleTensorType()),
    ):
        operator.outputs.append(scope.declare_local_variable(name, kind))
    return operator.outputs


def _shape(operator: Any) -> None:
    model = operator.raw_operator
    labels = len(model.description.labels)
    label, probabilities, ids, shares = operator.outputs
    label.type = StringTensorType([None])
    probabilities.type = DoubleTensorType([None, labels])
    ids.type = Int64TensorType([None, None])
    shares.type = DoubleTensorType([None, None, labels - 1])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    description, nodes = operator.raw_operator.description, Nodes(scope, container)
    label, probabilities, ids, shared = (output.full_name for output in operator.outputs)
    parts = _ids(nodes, operator.inputs[0].full_name, description, ids)
    tokens, form = _tokens(nodes, ids, parts, description), description.form
    if isinstance(form, Ensemble):
        shares, scores = _ensemble(nodes, tokens, form, probabilities)
    else:
        shares, scores = _log_linear(nodes, tokens, form, probabilities)
    nodes.add("Identity", shares, output=shared)
    labels = nodes.constant("labels", np.array(description.labels, dtype=object))
    nodes.add("Gather", labels, nodes.add("ArgMax", scores, axis=1, keepdims=0), output=label)


def _log_linear(
    nodes: Nodes, tokens: Tokens, form: AdditiveForm, probabilities: str
) -> tuple[str, str]:
    """Shares and scores of a classifier whose log-odds are sums over terms."""
    log_odds = _sum(nodes, tokens, form)
    # The first label's log-odds against itself are 0: pad them in, and softmax does the rest.
    first_label = nodes.constant("first_label", np.array([0, 1, 0, 0]))
    scores = nodes.add("Pad", log_odds.value, first_label)
    nodes.add("Softmax", scores, axis=1, output=probabilities)
    return log_odds.added, scores


def _ensemble(
    nodes: Nodes, tokens: Tokens, ensemble: Ensemble, probabilities: str
) -> tuple[str, str]:
    """Shares and scores of a mean of sigmoids."""
    scores = [_sum(nodes, tokens, member.scores) for member in ensemble.members]
    mean, logarithms = changes.log_probabilities(nodes, ensemble, scores)
    nodes.add("Identity", mean, output=probabilities)
    return changes.against_first_label(nodes, logarithms).added, mean


def _sum(nodes: Nodes, tokens: Tokens, form: AdditiveForm) -> Change:
    """The scores of *form*, with what each token adds to them."""
    three = nodes.constant("each_label", np.array([2]))
    x = nodes.add("Unsqueeze", tokens.x, three)
    factor = _by_id(nodes, tokens.ids, "linear", form.linear.T)
    if form.quadratic is not None:
        a = _by_id(nodes, tokens.ids, "quadratic", form.quadratic.T)
        factor = nodes.add("Add", nodes.add("Mul", x, a), factor)
    share = nodes.add("Div", x, nodes.add("Unsqueeze", tokens.times, three))
    shares = nodes.add("Mul", share, factor)
    added = nodes.add("ReduceSum", shares, nodes.constant("tokens", np.array([1])), keepdims=0)
    intercept = nodes.constant("constant", form.intercept[np.newaxis])
    return Change(nodes.add("Add", added, intercept), shares, form.intercept)


def _ids(nodes: Nodes, text: str, description: Description, output: str) -> list[str]:
    """Write to *output* the columns of the terms of each text, [N, T], padded with V.

    Returns:
        Those of each block, [N, T_b], one behind the other in *output*.
    """
    blocks, size = description.blocks, description.terms
    if len(blocks) == 1:
        return [_block_ids(nodes, text, blocks[0], 0, size, output)]
    found = []
    for number, (block, start) in enumerate(zip(blocks, description.starts, strict=True)):
        part = nodes.add("Gather", text, nodes.constant("block", np.array(number)), axis=1)
        found.append(_block_ids(nodes, part, block, start, size))
    nodes.add("Concat", *found, axis=1, output=output)
    return found


def _block_ids(
    nodes: Nodes, text: str, block: TextBlock, start: int, absent: int, output: str | None = None
) -> str:
    """The columns of the terms of one block, [N, T_b], from *start* on, padded with *absent*."""
    terms, analyzer = block.weighting.terms, block.analyzer
    if analyzer.kind == "letters":
        words = _article_terms(nodes, text, max(term.count(" ") + 1 for term in terms))
    else:
        words = _split(nodes, text, delimiter=analyzer.separator)
    encode: dict[str, Any] = {
        "domain": "ai.onnx.ml",
        "op_version": 2,
        "keys_strings": list(terms),
        "values_int64s": list(range(start, start + len(terms))),
        "default_int64": absent,
    }
    return nodes.add("LabelEncoder", words, output=output, **encode)


def _tokens(nodes: Nodes, ids: str, parts: Sequence[str], description: Description) -> Tokens:
    """What is known about the tokens with the columns *ids*, those of each block being *parts*."""
    counts = term_counts(nodes, ids, description.terms)
    times = [counts_at(nodes, counts, part) for part in parts]
    form, weights = description.form, []
    one = form.members[0].scores if isinstance(form, Ensemble) else form
    each = zip(parts, times, description.blocks, description.starts, strict=True)
    for part, count, block, start in each:
        if one.presence:
            weights.append(nodes.add("Sign", count))
        else:
            own = _own_weights(block.weighting, start, description.terms)
            weights.append(_weight(nodes, part, count, block.weighting, own))
    return Tokens(ids, _concat(nodes, times), _concat(nodes, weights))


def _concat(nodes: Nodes, parts: Sequence[str]) -> str:
    """*parts* [N, T_b] as one [N, T]."""
    return parts[0] if len(parts) == 1 else nodes.add("Concat", *parts, axis=1)


def _article_terms(nodes: Nodes, text: str, longest: int) -> str:
    """The words of each text and their neighbours, [N, T], padded with empty strings."""
    if longest == 1:  # a single letter is a word here and no term, so it changes nothing
        return _split(nodes, text)
    words = nodes.add(
        "Tokenizer",
        text,
        domain="com.microsoft",
        op_version=1,
        mark=0,
        mincharnum=1,
        pad_value="",
        tokenexp=TOKEN_PATTERN,
    )
    one = nodes.constant("along", np.array([1]))
    grams = [words, *(_neighbours(nodes, words, length, one) for length in range(2, longest + 1))]
    return nodes.add("Concat", *grams, axis=1)


def _neighbours(nodes: Nodes, words: str, length: int, axis: str) -> str:
    """Terms of *length* words that follow one another, [N, T - length + 1]."""
    joined = ""
    for shift in range(length):
        start = nodes.constant("start", np.array([shift]))
        end = nodes.constant("end", np.array([shift - length + 1 or np.iinfo(np.int64).max]))
        word = nodes.add("Slice", words, start, end, axis)
        if joined:
            space = nodes.constant("space", np.array([" "], dtype=object))
            word = nodes.add("StringConcat", nodes.add("StringConcat", joined, space), word)
        joined = word
    return joined


def _split(nodes: Nodes, text: str, **settings: Any) -> str:
    """The parts of each text, [N, T], padded with empty strings; at white space by default."""
    words, count = (nodes.scope.get_unique_variable_name(name) for name in ("words", "count"))
    name = nodes.scope.get_unique_operator_name("StringSplit")
    nodes.container.add_node(
        "StringSplit", [text], [words, count], op_version=20, name=name, **settings
    )
    return str(words)


def _own_weights(weighting: Weighting, start: int, terms: int) -> Array:
    """The weights of a block's terms among those of all *terms*, 0 for the others, [V]."""
    weights = np.zeros(terms)
    size = len(weighting.terms)
    weights[start : start + size] = 1.0 if weighting.weights is None else weighting.weights
    return weights


def _weight(nodes: Nodes, ids: str, times: str, weighting: Weighting, weights: Array) -> str:
    """The weight of each token's term of a block, [N, T_b]; *weights* are [V]."""
    x = _tf_idf(nodes, ids, times, weighting, weights)
    for _ in range(weighting.roots):
        x = nodes.add("Sqrt", x)
    return x


def _tf_idf(nodes: Nodes, ids: str, times: str, weighting: Weighting, weights: Array) -> str:
    """The same before roots; absent tokens weigh 0, so that they have no length."""
    tf = nodes.add("Sign", times) if weighting.binary else times
    if weighting.sublinear:
        tf = nodes.add("Add", nodes.add("Log", tf), nodes.constant("one", 1.0))
    if weighting.weights is None and weighting.norm is None:
        return tf
    weighted = nodes.add("Mul", tf, _by_id(nodes, ids, "idf", weights))
    if weighting.norm is None:
        return weighted
    l1 = weighting.norm == "l1"
    size = nodes.add("Abs", weighted) if l1 else nodes.add("Mul", weighted, weighted)
    row = nodes.constant("row", np.array([1]))
    length = nodes.add("ReduceSum", nodes.add("Div", size, times), row, keepdims=1)
    if not l1:
        length = nodes.add("Sqrt", length)
    # A text without terms has nothing to divide.
    return nodes.add("Div", weighted, nodes.add("Max", length, nodes.constant("tiny", 1e-300)))


def _by_id(nodes: Nodes, ids: str, name: str, values: Any) -> str:
    """*values* of the V terms at each token; 0 where there is none."""
    padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
    return nodes.add("Gather", nodes.constant(name, padded), ids)
