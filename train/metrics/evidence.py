"""Evidence: how sure and how right predictions are by how many terms of a text are known.

Errors in opposite directions cancel out in an overall calibration error: too sure of short texts,
too timid about long ones. So texts are grouped by the number of distinct known terms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from addsup.inference.manifest import EvidenceGroup
from addsup.train.metrics.losses import log_losses

#: The least number of known terms of each group. A text without any gets no label.
STARTS: Final = (1, 2, 3, 5, 10)

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def group_numbers(known: Counts) -> Counts:
    """Group of each of n texts with so many *known* terms: 0 for none, 1 to 5."""
    return np.searchsorted(STARTS, known, side="right")


def evidence_groups(
    known: Counts, truth: Counts, probabilities: Array
) -> tuple[EvidenceGroup, ...]:
    """Table of confidence and accuracy: a row for each group that any of n predictions are in.

    Args:
        known: [n], how many distinct terms of each text are known.
        truth: [n] numbers of the labels.
        probabilities: [n, K].
    """
    groups = group_numbers(known)
    return tuple(
        _row(group, truth[groups == group], probabilities[groups == group])
        for group in range(1, len(STARTS) + 1)
        if (groups == group).any()
    )


def _row(group: int, truth: Counts, probabilities: Array) -> EvidenceGroup:
    least = STARTS[group - 1]
    most = STARTS[group] - 1 if group < len(STARTS) else None
    return EvidenceGroup(
        fewest=least,
        most=most,
        count=len(truth),
        accuracy=float((probabilities.argmax(axis=1) == truth).mean()),
        confidence=float(probabilities.max(axis=1).mean()),
        log_loss=float(log_losses(probabilities, truth).mean()),
    )
