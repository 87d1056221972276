"""Naive Bayes as a sum over terms, which is what makes its reasons exact.

With class-conditional normals, ln N(x; theta, var) = -x**2 / (2 var) + x theta / var + const, so
the log-odds of a label against the first are a sum over the terms of x * (a*x + b), x being the
term's tf-idf, plus one constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.naive_bayes import GaussianNB

from export.errors import NotConvertible

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """Log-odds of labels[1:] against labels[0] as a sum over the V terms.

    Attributes:
        quadratic: a, [K - 1, V].
        linear: b, [K - 1, V].
        constant: [K - 1]: the log-odds of a text in which no term is known.
    """

    quadratic: Array
    linear: Array
    constant: Array


@singledispatch
def terms(classifier: Any) -> Terms:
    """The log-odds of a fitted *classifier* as a sum over terms.

    Raises:
        NotConvertible: nothing is registered for this kind of classifier.
    """
    raise NotConvertible(
        f"{type(classifier).__name__} has no converter here; register one in export/terms.py"
    )


@terms.register
def _(classifier: GaussianNB) -> Terms:
    theta, var = classifier.theta_, classifier.var_
    normal = -0.5 * np.log(2.0 * np.pi * var).sum(axis=1) - 0.5 * (theta**2 / var).sum(axis=1)
    constant = np.log(classifier.class_prior_) + normal
    return Terms(against_first(-0.5 / var), against_first(theta / var), against_first(constant))


def against_first(scores: Array) -> Array:
    """Scores of K labels, [K, ...], as differences from the first label's: [K - 1, ...]."""
    return np.ascontiguousarray(scores[1:] - scores[0])
