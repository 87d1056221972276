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

from addsup.export.graph import changes, two_labels
from addsup.export.graph.changes import Change
from addsup.export.graph.nodes import Nodes
from addsup.export.graph.token_counts import counts_at, term_counts
from addsup.export.pipeline.description import (
    AdditiveForm,
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
class BlockTokens:
    """Names of what is known about the T_b tokens of one block, as in `Tokens`.

    Attributes:
        ids: [N, T_b] int64.
        times: [N, T_b] float64.
        weighting: of the block's terms.
        start: the column of the first of them.
    """

    ids: str
    times: str
    weighting: Weighting
    start: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Names of what is known about the T tokens of each of N texts; absent ones have the number V.

    Attributes:
        ids: [N, T] int64, the column of each term; V for one that is not known, or not there.
        times: [N, T] float64, how often the text holds the term of that token; each of its tokens
            carries an equal share of what the term adds.
        terms: V.
        blocks: the same tokens, block by block.
    """

    ids: str
    times: str
    terms: int
    blocks: tuple[BlockTokens, ...]


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
    form, first = description.form, description.blocks[0].weighting
    parts = _ids(nodes, operator.inputs[0].full_name, description, ids)
    if len(parts) == 1 and isinstance(form, AdditiveForm) and two_labels.fits(first, form):
        scores = two_labels.log_linear(nodes, ids, first, form, probabilities, shared)
    else:
        tokens = _tokens(nodes, ids, parts, description)
        make = _ensemble if isinstance(form, Ensemble) else _log_linear
        shares, scores = make(nodes, tokens, form, probabilities)
        nodes.add("Identity", shares, output=shared)
    labels = nodes.constant("labels", np.array(description.labels, dtype=object))
    nodes.add("Gather", labels, nodes.add("ArgMax", scores, axis=1, keepdims=0), output=label)


def _log_linear(
    nodes: Nodes, tokens: Tokens, form: AdditiveForm, probabilities: str
) -> tuple[str, str]:
    """Shares and scores of a classifier whose log-odds are sums over terms, bent or not."""
    log_odds = _sum(nodes, tokens, form)
    if form.bend:
        log_odds = changes.bent(nodes, log_odds, form.bend)
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
    """The scores of *form* before bending, with what each token adds to them."""
    shares = _shares(nodes, tokens, _x(nodes, tokens, form.presence), form)
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
    found, start = [], 0
    for number, block in enumerate(blocks):
        part = nodes.add("Gather", text, nodes.constant("block", np.array(number)), axis=1)
        found.append(_block_ids(nodes, part, block, start, size))
        start += len(block.weighting.terms)
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
    blocks, start = [], 0
    for part, block in zip(parts, description.blocks, strict=True):
        times = counts_at(nodes, counts, part)
        blocks.append(BlockTokens(part, times, block.weighting, start))
        start += len(block.weighting.terms)
    times = _concat(nodes, [each.times for each in blocks])
    return Tokens(ids, times, description.terms, tuple(blocks))


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


def _x(nodes: Nodes, tokens: Tokens, presence: bool) -> str:
    """What the classifier sees of each token's term, [N, T]: its weight, or that it is there."""
    if presence:
        return nodes.add("Sign", tokens.times)
    return _concat(nodes, [_weight(nodes, each, tokens.terms) for each in tokens.blocks])


def _weight(nodes: Nodes, block: BlockTokens, terms: int) -> str:
    """The weight of each token's term of a block, [N, T_b]."""
    x = _tf_idf(nodes, block, terms)
    for _ in range(block.weighting.roots):
        x = nodes.add("Sqrt", x)
    return x


def _tf_idf(nodes: Nodes, block: BlockTokens, terms: int) -> str:
    """The weight before roots, [N, T_b]; 0 where there is none."""
    weighting = block.weighting
    tf = nodes.add("Sign", block.times) if weighting.binary else block.times
    if weighting.sublinear:
        tf = nodes.add("Add", nodes.add("Log", tf), nodes.constant("one", 1.0))
    # Absent tokens are counted, too; they weigh 0, and have no length.
    weights = np.zeros(terms + 1)
    ones = np.ones(len(weighting.terms))
    own = ones if weighting.weights is None else weighting.weights
    weights[block.start : block.start + len(own)] = own
    if weighting.weights is None and weighting.norm is None:
        return tf
    weighted = nodes.add("Mul", tf, nodes.add("Gather", nodes.constant("idf", weights), block.ids))
    if weighting.norm is None:
        return weighted
    row = nodes.constant("row", np.array([1]))
    if weighting.norm == "l1":
        length = nodes.add(
            "ReduceSum", nodes.add("Div", nodes.add("Abs", weighted), block.times), row, keepdims=1
        )
    else:
        squares = nodes.add("Div", nodes.add("Mul", weighted, weighted), block.times)
        length = nodes.add("Sqrt", nodes.add("ReduceSum", squares, row, keepdims=1))
    # A text without terms has nothing to divide.
    return nodes.add("Div", weighted, nodes.add("Max", length, nodes.constant("tiny", 1e-300)))


def _shares(nodes: Nodes, tokens: Tokens, x: str, form: AdditiveForm) -> str:
    """Each token's share in x * (a*x + b), [N, T, K - 1]: what it adds before bending."""
    three = nodes.constant("each_label", np.array([2]))
    x = nodes.add("Unsqueeze", x, three)
    factor = _by_id(nodes, tokens, "linear", form.linear.T)
    if form.quadratic is not None:
        a = _by_id(nodes, tokens, "quadratic", form.quadratic.T)
        factor = nodes.add("Add", nodes.add("Mul", x, a), factor)
    share = nodes.add("Div", x, nodes.add("Unsqueeze", tokens.times, three))
    return nodes.add("Mul", share, factor)


def _by_id(nodes: Nodes, tokens: Tokens, name: str, values: Any) -> str:
    """*values* of the V terms at each token; 0 where there is none."""
    padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
    return nodes.add("Gather", nodes.constant(name, padded), tokens.ids)
