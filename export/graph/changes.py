"""Changes: quantities of a text, each with what every token of it adds to that of the empty text.

A sum over tokens is shared by them as it is. A function of such a sum is shared in proportion: its
change, divided by the change of the sum, multiplies what each token adds (the rescale rule of
Shrikumar et al., Learning important features through propagating activation differences, 2017). So
at each step, and at the end, what the tokens add is exactly what the text differs by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy import special

from addsup.export.graph.nodes import Nodes
from addsup.export.pipeline.description import Array, Ensemble, Member

#: Changes smaller than this are mostly rounding; the derivative takes the place of the quotient.
NEGLIGIBLE = 1e-9
#: A probability has a logarithm from here on.
LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Change:
    """Q quantities of each of N texts.

    Attributes:
        value: name of [N, Q].
        added: name of [N, T, Q], what each token adds to `empty`.
        empty: [Q], of a text without known terms.
    """

    value: str
    added: str
    empty: Array


def scaled(nodes: Nodes, change: Change, slope: Array, shift: Array) -> Change:
    """slope * change + shift."""
    by = nodes.constant("slope", slope[np.newaxis])
    value = nodes.add("Add", nodes.add("Mul", change.value, by), nodes.constant("shift", shift))
    return Change(value, nodes.add("Mul", change.added, by), slope * change.empty + shift)


def sigmoid(nodes: Nodes, change: Change) -> Change:
    """The logistic function of each."""
    empty: Array = special.expit(change.empty)
    value = nodes.add("Sigmoid", change.value)
    return _function(nodes, change, value, empty, empty * (1 - empty))


def log_sigmoid(nodes: Nodes, change: Change) -> Change:
    """The natural logarithm of the logistic function of each, which does not run out of digits."""
    empty: Array = special.log_expit(change.empty)
    # ONNX Runtime has no Softplus in float64.
    size = nodes.add("Neg", nodes.add("Abs", change.value))
    rest = nodes.add("Log", nodes.add("Add", nodes.add("Exp", size), nodes.constant("unit", 1.0)))
    value = nodes.add("Sub", nodes.add("Min", change.value, nodes.constant("zero", 0.0)), rest)
    return _function(nodes, change, value, empty, special.expit(-change.empty))


def logarithm(nodes: Nodes, change: Change) -> Change:
    """The natural logarithm of each."""
    empty: Array = np.log(change.empty)
    some = nodes.add("Max", change.value, nodes.constant("least", LEAST))
    return _function(nodes, change, nodes.add("Log", some), empty, 1 / change.empty)


def _function(nodes: Nodes, change: Change, value: str, empty: Array, derivative: Array) -> Change:
    moved = nodes.add("Sub", change.value, nodes.constant("from", change.empty[np.newaxis]))
    rises = nodes.add("Sub", value, nodes.constant("to", empty[np.newaxis]))
    slope = secant(nodes, moved, rises, derivative)
    return Change(value, _each_token(nodes, change.added, slope), empty)


def secant(nodes: Nodes, moved: str, rises: str, derivative: Array) -> str:
    """What a function *rises* by, [N, Q], for each unit by which its argument has *moved*.

    Where next to nothing has moved that would be 0 / 0; the *derivative* [Q] takes its place.
    """
    return nodes.add(
        "Where",
        nodes.add("Less", nodes.add("Abs", moved), nodes.constant("negligible", NEGLIGIBLE)),
        nodes.constant("derivative", derivative[np.newaxis]),
        nodes.add("Div", rises, moved),
    )


def softmax(nodes: Nodes, change: Change) -> Change:
    """The softmax of all.

    With L(a, b) = (a - b) / (ln a - ln b) a probability p changes by L times the change of ln p,
    and since they add up to 1, the common part of the ln p changes by the mean change of the
    scores weighted by L (the log-mean Divisia decomposition; Ang, Energy Policy 33, 2005).
    """
    logarithms = nodes.add("LogSoftmax", change.value, axis=1)
    value, empty = nodes.add("Softmax", change.value, axis=1), special.softmax(change.empty)
    of_empty = special.log_softmax(change.empty)
    moved = nodes.add("Sub", logarithms, nodes.constant("from", of_empty[np.newaxis]))
    rises = nodes.add("Sub", value, nodes.constant("to", empty[np.newaxis]))
    mean = secant(nodes, moved, rises, empty)
    total = nodes.add("ReduceSum", mean, nodes.constant("labels", np.array([1])), keepdims=1)
    weights = nodes.add("Div", mean, total)
    weighted = _each_token(nodes, change.added, weights)
    common = nodes.add("ReduceSum", weighted, nodes.constant("labels", np.array([2])), keepdims=1)
    added = nodes.add("Sub", change.added, common)
    return Change(value, _each_token(nodes, added, mean), empty)


def mean(nodes: Nodes, changes: Sequence[Change]) -> Change:
    """The mean of E changes of the same Q quantities."""
    count = nodes.constant("members", float(len(changes)))

    def of(names: list[str]) -> str:
        return nodes.add("Div", reduce(lambda a, b: nodes.add("Add", a, b), names), count)

    return Change(
        of([each.value for each in changes]),
        of([each.added for each in changes]),
        np.mean([each.empty for each in changes], axis=0),
    )


def against_first_label(nodes: Nodes, change: Change) -> Change:
    """Quantities of K labels as K - 1 differences from the first label's."""

    def differences(name: str, axis: int) -> str:
        first, rest = (
            nodes.add(
                "Slice",
                name,
                *(nodes.constant("cut", np.array([each])) for each in (start, end, axis)),
            )
            for start, end in ((0, 1), (1, np.iinfo(np.int64).max))
        )
        return nodes.add("Sub", rest, first)

    empty = change.empty[1:] - change.empty[0]
    return Change(differences(change.value, 1), differences(change.added, 2), empty)


def log_probabilities(
    nodes: Nodes, ensemble: Ensemble, scores: Sequence[Change]
) -> tuple[str, Change]:
    """The probabilities [N, K], and logarithms that differ from theirs by one number a text.

    Args:
        nodes: of the graph.
        ensemble: E members.
        scores: of each member.
    """
    pairs = zip(ensemble.members, scores, strict=True)
    arguments = [_calibrated(nodes, *pair) for pair in pairs]
    if len(arguments) == 1:
        logarithms = log_sigmoid(nodes, arguments[0])
    elif ensemble.normalise_each:
        each = [softmax(nodes, log_sigmoid(nodes, one)) for one in arguments]
        logarithms = logarithm(nodes, mean(nodes, each))
    else:
        logarithms = logarithm(nodes, mean(nodes, [sigmoid(nodes, one) for one in arguments]))
    return nodes.add("Softmax", logarithms.value, axis=1), logarithms


def _calibrated(nodes: Nodes, member: Member, change: Change) -> Change:
    """What the sigmoids of K labels are taken of."""
    two = len(change.empty) == 1
    if member.probabilities_first:
        change = sigmoid(nodes, change) if two else softmax(nodes, change)
    change = scaled(nodes, change, member.slope, member.shift)
    return scaled(nodes, change, np.array([-1.0, 1.0]), np.zeros(2)) if two else change


def _each_token(nodes: Nodes, added: str, factor: str) -> str:
    """[N, T, Q] times [N, Q]."""
    tokens = nodes.constant("each_token", np.array([1]))
    return nodes.add("Mul", added, nodes.add("Unsqueeze", factor, tokens))
