"""Calibration nodes: bend the log-odds of two labels, and the parts of the words with them."""

from __future__ import annotations

import numpy as np
from addsup.export.graph.additive_form import Terms
from addsup.export.graph.changes import secant
from addsup.export.graph.nodes import Nodes


def bend(nodes: Nodes, straight: str, by: float) -> str:
    """ln(1 + by * |f|) / by with the sign of f, [N, 1]."""
    size = nodes.add("Mul", nodes.add("Abs", straight), nodes.constant("bend", by))
    logarithm = nodes.add("Log", nodes.add("Add", size, nodes.constant("unit", 1.0)))
    signed = nodes.add("Mul", logarithm, nodes.add("Sign", straight))
    return nodes.add("Div", signed, nodes.constant("by_bend", by))


def stretch(nodes: Nodes, added: str, log_odds: str, parts: Terms) -> str:
    """What each part is multiplied by, [N, 1]: (g(intercept + added) - g(intercept)) / added."""
    adds = nodes.add("Sub", log_odds, nodes.constant("bent", parts.bent_intercept[np.newaxis]))
    return secant(nodes, added, adds, 1 / (1 + parts.bend * np.abs(parts.intercept)))
