"""Graph for two labels over plain tf-idf: as few nodes as it can be, for one text's sake.

ONNX Runtime takes 0.3 microseconds a node whatever it computes, so one prediction is mostly the
number of nodes. An absent token (number V) has a weight here that is so small that its square
vanishes beside any other and yet is no zero, so that nothing has to be guarded against division.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from addsup.export.graph.nodes import Nodes
from addsup.export.graph.token_counts import token_counts
from addsup.export.pipeline.description import AdditiveForm, Array, Weighting

#: The weight of an absent token; its square is a number still.
ABSENT: Final = 1e-150
#: Weights between which nothing of the above is lost.
LEAST, MOST = 1e-30, 1e30
#: So much is added to what the tokens add, and the derivative times it to what that changes, so
#: that their quotient is the derivative where next to nothing was added. Words that cancel out to
#: the last digit have their contributions to four digits then, and these still cancel out.
NUDGE: Final = 1e-13
#: What the log-odds count for the first label and for the second.
SIDES: Final = np.array([[-1.0, 1.0]])


def fits(weighting: Weighting, form: AdditiveForm) -> bool:
    """Whether the log-odds can be computed here."""
    weights = weighting.weights
    return (
        len(form.linear) == 1
        and not form.presence
        and not weighting.binary
        and not weighting.sublinear
        and weighting.norm == "l2"
        and weights is not None
        and bool((weights >= LEAST).all() and (weights <= MOST).all())
    )


def log_linear(
    nodes: Nodes,
    ids: str,
    weighting: Weighting,
    form: AdditiveForm,
    probabilities: str,
    shares: str,
) -> str:
    """Write *probabilities* [N, 2] and *shares* [N, T, 1]; returns the scores [N, 2].

    Args:
        nodes: of the graph.
        ids: [N, T], the column of each token's term; V for none.
        weighting: how counts become what the classifier sees.
        form: the log-odds of the second label as a sum over the V terms.
        probabilities: name of the output.
        shares: likewise.
    """
    weights = weighting.weights
    assert weights is not None  # noqa: S101 (as `fits` has seen)
    idf = nodes.add("Gather", nodes.constant("idf", np.append(weights, ABSENT)), ids)
    weighted = nodes.add("Mul", token_counts(nodes, ids, len(weights)), idf)
    row = nodes.constant("row", np.array([1]))
    squares = nodes.add("ReduceSum", nodes.add("Mul", weighted, idf), row, keepdims=1)
    x = nodes.add("Div", weighted, nodes.add("Sqrt", squares))
    for _ in range(weighting.roots):
        x = nodes.add("Sqrt", x)
    # A term that is there c times has the weight c * idf, so idf / weight is each token's share.
    slope = form.bend or 1.0
    factor = _by_id(nodes, ids, "linear", slope * weights * form.linear[0])
    if form.quadratic is not None:
        a = _by_id(nodes, ids, "quadratic", slope * weights * form.quadratic[0])
        factor = nodes.add("Add", nodes.add("Mul", x, a), factor)
    each = nodes.add("Mul", nodes.add("Div", x, weighted), factor)
    added = nodes.add("ReduceSum", each, row, keepdims=1)
    intercept = slope * form.intercept[np.newaxis]
    scores = (
        _bent(nodes, added, intercept, form.bend)
        if form.bend
        else _straight(nodes, added, intercept)
    )
    nodes.add("Softmax", scores, axis=1, output=probabilities)
    if form.bend:
        each = nodes.add("Mul", each, _stretch(nodes, added, scores, form))
    nodes.add("Unsqueeze", each, nodes.constant("label", np.array([2])), output=shares)
    return scores


def _straight(nodes: Nodes, added: str, intercept: Array) -> str:
    """Scores [N, 2]: 0 for the first label, and the log-odds for the second."""
    log_odds = nodes.add("Add", added, nodes.constant("constant", intercept))
    return nodes.add("Pad", log_odds, nodes.constant("first_label", np.array([0, 1, 0, 0])))


def _bent(nodes: Nodes, added: str, intercept: Array, by: float) -> str:
    """Scores [N, 2] whose difference is the bent log-odds: ln(1 + |f|) / bend for one label.

    The other has 0. *added* and *intercept* are multiplied by the bend already.
    """
    either = nodes.add("Mul", added, nodes.constant("sides", SIDES))
    unit = nodes.constant("constant", 1 + SIDES * intercept)
    size = nodes.add("Max", nodes.add("Add", either, unit), nodes.constant("unit", 1.0))
    return nodes.add("Div", nodes.add("Log", size), nodes.constant("by_bend", by))


def _stretch(nodes: Nodes, added: str, scores: str, form: AdditiveForm) -> str:
    """What each contribution is multiplied by so that they add up to the bent log-odds, [N, 1]."""
    derivative = 1 / (1 + form.bend * np.abs(form.intercept)) / form.bend
    start = form.empty_log_odds - NUDGE * derivative
    of_second = nodes.add("Mul", scores, nodes.constant("sides", SIDES))
    label = nodes.constant("both", np.array([1]))
    log_odds = nodes.add("ReduceSum", of_second, label, keepdims=1)
    rises = nodes.add("Sub", log_odds, nodes.constant("bent", start[np.newaxis]))
    moved = nodes.add("Add", added, nodes.constant("nudge", NUDGE))
    return nodes.add("Div", rises, moved)


def _by_id(nodes: Nodes, ids: str, name: str, values: Array) -> str:
    """*values* of the V terms at each token, [N, T]; 0 where there is none."""
    return nodes.add("Gather", nodes.constant(name, np.append(values, 0.0)), ids)
