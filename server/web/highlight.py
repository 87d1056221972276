"""Highlighting: the reasons of a verdict as marked pieces of the text, and a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from addsup.inference.predictions import Explanation, WordContribution
from addsup.server.web.direction import isolated

STEPS: Final = 5
#: A contribution of this much (log-odds) gets the strongest mark where nothing else is stronger.
FULL_CONTRIBUTION: Final = 0.3
#: A word that weighs less than this share of the strongest is not marked.
FAINT: Final = 0.05
#: A word that weighs less than this share of the strongest is not worth a sentence.
MENTIONED: Final = 0.25


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text as typed: a marked word, or what stands between two of them.

    `side` is "b" if it speaks for the label that the model names later of the two, "a" if for the
    earlier, empty without a mark; `step` is 1 to `STEPS` by strength, 0 without a mark.
    """

    text: str
    side: str = ""
    step: int = 0
    contribution: str = ""


def sides(labels: Sequence[str], explanation: Explanation) -> dict[str, str]:
    """The two labels that were weighed -> their sides, in the order of *labels*.

    A colour keeps its meaning from one text to the next: of two labels each has its own.
    """
    pair = sorted((explanation.label, explanation.against), key=labels.index)
    return dict(zip(pair, "ab", strict=True))


def pieces(text: str, explanation: Explanation, labels: Sequence[str]) -> Iterator[Piece]:
    """*text* cut into pieces that join up to it again."""
    side = sides(labels, explanation)
    full = max([FULL_CONTRIBUTION, *(abs(word.contribution) for word in explanation.words)])
    end = 0
    for word in explanation.words:
        if abs(word.contribution) < FAINT * full:
            continue
        if end < word.start:
            yield Piece(text[end : word.start])
        speaks_for = explanation.label if word.contribution > 0 else explanation.against
        step = min(STEPS, 1 + int(STEPS * abs(word.contribution) / full))
        yield Piece(text[word.start : word.end], side[speaks_for], step, signed(word.contribution))
        end = word.end
    if end < len(text):
        yield Piece(text[end:])


def sentence(text: str, explanation: Explanation, labels: Sequence[str]) -> str:
    """Which words weigh most, in words that fit any labels."""
    weights = _weights(text, explanation.words)
    strongest = max((abs(weight) for weight in weights.values()), default=0.0)
    ranked = sorted(weights, key=lambda word: -abs(weights[word]))
    said = [word for word in ranked if abs(weights[word]) >= MENTIONED * strongest > 0]
    speaking = [word for word in said if weights[word] > 0][:2]
    opposing = [word for word in said if weights[word] < 0][:1]
    goal = isolated(explanation.label)
    if len(labels) > 2:
        goal += f" over {isolated(explanation.against)}"
    against = f"{_quoted(opposing)} weighs most against it" if opposing else ""
    if not speaking:
        leaning = (
            f"No word speaks for {isolated(explanation.label)}: the model leans that way by itself"
        )
        return f"{leaning}; {against}." if against else f"{leaning}."
    verb = "weighs" if len(speaking) == 1 else "weigh"
    first = f"{_quoted(speaking)} {verb} most for {goal}"
    return f"{first}; {against}." if against else f"{first}."


def signed(contribution: float, decimals: int = 2) -> str:
    """*contribution* with its sign; the minus is a minus, not a hyphen."""
    return ("\N{MINUS SIGN}" if contribution < 0 else "+") + f"{abs(contribution):.{decimals}f}"


def sum_of_contributions(explanation: Explanation) -> tuple[str, str, str]:
    """The intercept, what the words add, and the log-odds: rounded so that they still add up."""
    intercept, log_odds = round(explanation.intercept, 3), round(explanation.log_odds, 3)
    return signed(intercept, 3), signed(log_odds - intercept, 3), signed(log_odds, 3)


def times(ratio: float) -> str:
    """How many times as likely, for people: it never shows more digits than mean something."""
    if ratio > 1000:
        return "over 1,000"
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _weights(text: str, words: Sequence[WordContribution]) -> dict[str, float]:
    """Each different word as first typed -> the sum of its contributions."""
    typed: dict[str | None, str] = {}
    weights: dict[str, float] = {}
    for word in words:
        if word.known:
            name = typed.setdefault(word.lemma, text[word.start : word.end])
            weights[name] = weights.get(name, 0.0) + word.contribution
    return weights


def _quoted(words: Sequence[str]) -> str:
    return " and ".join(f"\u201c{isolated(word)}\u201d" for word in words)


def unread(count: int, which: str) -> str:
    """That *count* letters were not read, and *which* those are; empty if all were."""
    letters = "letter" if count == 1 else "letters"
    read = "was" if count == 1 else "were"
    return f"{count} {letters} {which} {read} not read." if count else ""
