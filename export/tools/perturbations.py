"""Perturbations: changes to a review that should leave its verdict as it is, or turn it round.

Each takes a review and a source of randomness and returns the variants of the review, none where
it has nothing to change. Source: Ribeiro et al., Beyond Accuracy: Behavioral Testing of NLP Models
with CheckList, ACL 2020.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Variants = tuple[str, ...]
Change = Callable[[str, Random], Variants]

#: First names from several parts of the world, women's and men's.
NAMES = (
    *("Aisha", "Chen", "Deepa", "Dmitri", "Emily", "Fatima", "Hans", "Ivana", "Jamal", "James"),
    *(
        "Kenji",
        "Kwame",
        "Lakisha",
        "Maria",
        "Mohammed",
        "Olga",
        "Pedro",
        "Siobhan",
        "Yuki",
        "Zanele",
    ),
)
ASIDE = "I saw it on Tuesday evening with my brother."
VERB = re.compile(
    r"\b(is|was|are|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I
)
NEGATED = re.compile(
    r"\b(is|was|are|were|do|does|did|has|have|had|could|would|should)(?:n't| not)\b", re.I
)
LONG_WORD = re.compile("[A-Za-z]{4,}")


def upper_case(review: str, _random: Random) -> Variants:
    """Shout it."""
    return _if_changed(review, review.upper())


def lower_case(review: str, _random: Random) -> Variants:
    """Mutter it."""
    return _if_changed(review, review.lower())


def no_punctuation(review: str, _random: Random) -> Variants:
    """Leave out all that is neither letter, digit nor space: "didn't" becomes "didnt"."""
    return _if_changed(review, "".join(c for c in review if c.isalnum() or c.isspace()))


def exclamation(review: str, _random: Random) -> Variants:
    """End it with three exclamation marks."""
    return _if_changed(review, review.rstrip(" .!?") + "!!!")


def typo(review: str, random: Random) -> Variants:
    """Swap two neighbouring letters inside one word of four letters or more."""
    words = [match.span() for match in LONG_WORD.finditer(review)]
    if not words:
        return ()
    start, end = random.choice(words)
    at = random.randrange(start + 1, end - 2)
    return _if_changed(review, review[:at] + review[at + 1] + review[at] + review[at + 2 :])


def left_out(review: str, random: Random) -> Variants:
    """Leave out a letter inside one word of four letters or more."""
    words = [match.span() for match in LONG_WORD.finditer(review)]
    if not words:
        return ()
    start, end = random.choice(words)
    at = random.randrange(start + 1, end - 1)
    return (review[:at] + review[at + 1 :],)


def names(review: str, _random: Random) -> Variants:
    """Let one after the other say it, with nothing added but the name."""
    return tuple(f"{name}: {review}" for name in NAMES)


def twice(review: str, _random: Random) -> Variants:
    """Say it twice."""
    return (f"{review} {review}",)


def aside(review: str, _random: Random) -> Variants:
    """Add a sentence that says nothing about the film."""
    return (f"{review} {ASIDE}",)


def negation(review: str, _random: Random) -> Variants:
    """Put a "not" behind the first verb that takes one, or leave out the one that is there."""
    if NEGATED.search(review):
        return (NEGATED.sub(r"\1", review, count=1),)
    return _if_changed(review, VERB.sub(r"\1 not", review, count=1))


def denial(review: str, _random: Random) -> Variants:
    """Deny the whole of it."""
    return (f"It is not true that {review}",)


def _if_changed(review: str, changed: str) -> Variants:
    return (changed,) if changed != review else ()
