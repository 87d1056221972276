"""Predictions and explanations: what the model makes of a text, as data.

Structs, for a frozen dataclass takes five times as long to make, and a batch makes thousands. The
garbage collector leaves those alone of which that many are made; they cannot be in a cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

#: What stands for "no label" in /metrics; no label of a model may be called so.
NO_LABEL: Final = "(none)"


class WordContribution(msgspec.Struct, frozen=True):
    """One word of a text and its contribution to the log-odds.

    Attributes:
        start: where it begins in the text as typed, in characters.
        end: where it ends; `text[start:end]` is the word.
        lemma: what the model looked up; None for a stop word.
        known: whether the model counts it.
        contribution: what it adds to the log-odds; 0 when it is not known.
        effect: by how much the log-odds fall without it; None if nobody asked, or it is not known.
    """

    start: int
    end: int
    lemma: str | None
    known: bool
    contribution: float
    effect: float | None = None


class Explanation(msgspec.Struct, frozen=True):
    """Why *label* and not *against*: `intercept` plus the contributions of all words is `log_odds`.

    Attributes:
        label: the likeliest label.
        against: the next likeliest.
        log_odds: natural logarithm of the ratio of their probabilities, 0 or more.
        intercept: the log-odds before any word is counted.
        words: every word of the text, in order.
    """

    label: str
    against: str
    log_odds: float
    intercept: float
    words: tuple[WordContribution, ...]


class Prediction(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the model makes of one text; as JSON, what is sent of it.

    Attributes:
        label: the likeliest label; None when no word of the text is known.
        probability: that of `label`, between 1/K and 1; None with it.
        probabilities: label -> probability, in the model's order; None with it.
        words: words of the text, stop words left out.
        known_words: those of them that are in the vocabulary.
        reason: why there is no label; None when there is one.
        unread_letters: letters of the text that are in no word the model could read.
    """

    label: str | None
    probability: float | None
    probabilities: dict[str, float] | None
    words: int
    known_words: int
    reason: str | None = None
    unread_letters: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What the model makes of n texts, by column.

    Attributes:
        probabilities: [n, K], in the model's order; of no meaning where no word is known.
        words: [n], words of each text, stop words left out.
        known_words: [n], those of them that are in the vocabulary.
        unread_letters: n, letters that are in no word the model could read.
    """

    probabilities: npt.NDArray[np.float64]
    words: npt.NDArray[np.int64]
    known_words: npt.NDArray[np.int64]
    unread_letters: list[int]


class Classification(msgspec.Struct, frozen=True, gc=False):
    """What the model makes of one text.

    Attributes:
        text: as typed.
        prediction: label and probabilities.
        explanation: what each word adds; None if it was not asked for, or nothing is known.
    """

    text: str
    prediction: Prediction
    explanation: Explanation | None = None
