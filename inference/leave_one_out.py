"""Leave-one-out effects: what the verdict would be without each word.

A contribution is not a counterfactual: without a word the others are reweighted where a text is
normalised to one length, and pairs of neighbours are others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

import msgspec

from addsup.inference.predictions import Explanation

#: A probability has a logarithm from here on.
LEAST = 1e-300


def with_effects(
    text: str,
    why: Explanation,
    labels: Sequence[str],
    probabilities: Callable[[Sequence[str]], list[list[float]]],
) -> Explanation:
    """*why* with the effect of each known word.

    Args:
        text: as typed.
        why: its explanation.
        labels: K.
        probabilities: n texts as typed -> n rows of K probabilities.

    Returns:
        The same, each known word with its `effect`: by how much the log-odds of the label against
        the next likeliest fall without it.
    """
    first, second = labels.index(why.label), labels.index(why.against)
    known = [i for i, word in enumerate(why.words) if word.known]
    without = [f"{text[: why.words[i].start]} {text[why.words[i].end :]}" for i in known]
    words = list(why.words)
    for i, row in zip(known, probabilities(without), strict=True):
        odds = log(max(row[first], LEAST)) - log(max(row[second], LEAST))
        words[i] = msgspec.structs.replace(words[i], effect=why.log_odds - odds)
    return msgspec.structs.replace(why, words=tuple(words))
