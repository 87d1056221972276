"""Losses of single texts, by whose mean tuning ranks settings.

A loss of each text lets two settings be compared text by text. Macro F1 is no mean over texts; its
losses are the pseudo-values of the jackknife (Efron, The Jackknife, the Bootstrap and Other
Resampling Plans, 1982), n F - (n - 1) F(without the text), whose mean is F but for a small bias.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

#: Probabilities [n, K] and numbers of the true labels [n] -> losses [n].
Losses = Callable[[Array, Numbers], Array]


def log_losses(probabilities: Array, truth: Numbers) -> Array:
    """Negative logarithm of each true label's probability, in nats."""
    of_truth = probabilities[np.arange(len(truth)), truth]
    losses: Array = -np.log(np.maximum(of_truth, np.finfo(float).tiny))
    return losses


def zero_one_losses(probabilities: Array, truth: Numbers) -> Array:
    """1 for each text whose likeliest label is wrong, 0 for the others."""
    return (probabilities.argmax(axis=1) != truth).astype(np.float64)


def macro_f1_losses(probabilities: Array, truth: Numbers) -> Array:
    """1 less the pseudo-values of macro F1."""
    labels, predicted, number = probabilities.shape[1], probabilities.argmax(axis=1), len(truth)
    right = np.bincount(truth[predicted == truth], minlength=labels)
    sizes = np.bincount(truth, minlength=labels) + np.bincount(predicted, minlength=labels)
    whole = _f1(right, sizes)
    # Without a text F1 of its label and of the predicted one are another; the rest stays.
    is_right = (predicted == truth).astype(np.int64)
    without = whole.sum() - whole[truth] + _f1(right[truth] - is_right, sizes[truth] - 1 - is_right)
    other = _f1(right[predicted], sizes[predicted] - 1) - whole[predicted]
    without = (without + np.where(is_right, 0.0, other)) / labels
    losses: Array = 1 - (number * whole.mean() - (number - 1) * without)
    return losses


def _f1(right: Numbers, sizes: Numbers) -> Array:
    """F1 from how many are right and how many are of the label or predicted to be."""
    f1: Array = 2 * right / np.maximum(sizes, 1)
    return f1


METRICS: Final[Mapping[str, Losses]] = MappingProxyType(
    {"log-loss": log_losses, "accuracy": zero_one_losses, "macro-f1": macro_f1_losses}
)
