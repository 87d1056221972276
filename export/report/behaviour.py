"""Behavioural tests: whose labels hold when a text is changed, and whose turn round.

Source: Ribeiro et al., Beyond Accuracy: Behavioral Testing of NLP Models with CheckList, ACL 2020.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from addsup.inference.model import Model
from addsup.inference.predictions import Prediction

SEED = 0

#: First names from several parts of the world, women's and men's.
NAMES = (
    "Aisha Chen Deepa Dmitri Emily Fatima Hans Ivana Jamal James Kenji Kwame Lakisha Maria "
    "Mohammed Olga Pedro Siobhan Yuki Zanele"
).split()
ASIDE = "I saw it on Tuesday evening with my brother."
VERB = re.compile(
    r"\b(is|was|are|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I
)
NEGATED = re.compile(
    r"\b(is|was|are|were|do|does|did|has|have|had|could|would|should)(?:n't| not)\b", re.I
)
LONG_WORD = re.compile("[A-Za-z]{4,}")


def swapped_letters(text: str, random: Random) -> str:
    """*text* with two neighbouring letters inside a word of four letters or more swapped."""
    at = _inside_a_word(text, random, 2)
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :] if at else text


def left_out_letter(text: str, random: Random) -> str:
    """*text* without a letter inside a word of four letters or more."""
    at = _inside_a_word(text, random, 1)
    return text[:at] + text[at + 1 :] if at else text


def _inside_a_word(text: str, random: Random, letters: int) -> int:
    """Where so many *letters* begin that are neither first nor last of a word; 0 for nowhere."""
    words = [match.span() for match in LONG_WORD.finditer(text)]
    if not words:
        return 0
    start, end = random.choice(words)
    return random.randrange(start + 1, end - letters)


def negated(text: str, _random: Random) -> str:
    """*text* with a "not" behind the first verb that takes one, or without the one it has."""
    pattern, instead = (NEGATED, r"\1") if NEGATED.search(text) else (VERB, r"\1 not")
    return pattern.sub(instead, text, count=1)


@dataclass(frozen=True, slots=True)
class Check:
    """A change, and whether the label should hold under it or flip.

    `change` gives the changed text, or several, each of which should behave.
    """

    topic: str
    what: str
    change: Callable[[str, Random], str | list[str]]
    flips: bool = False


CHECKS = (
    Check("case", "all in capitals", lambda text, _: text.upper()),
    Check("case", "all in small letters", lambda text, _: text.lower()),
    Check(
        "punctuation",
        "none at all (didn't becomes didnt)",
        lambda text, _: "".join(c for c in text if c.isalnum() or c.isspace()),
    ),
    Check(
        "punctuation",
        "three exclamation marks at the end",
        lambda text, _: text.rstrip(" .!?") + "!!!",
    ),
    Check("typos", "two letters of a word swapped", swapped_letters),
    Check("typos", "a letter of a word left out", left_out_letter),
    Check(
        "names",
        "a first name and a colon in front, for each of 20",
        lambda text, _: [f"{name}: {text}" for name in NAMES],
    ),
    Check("length", "said twice", lambda text, _: f"{text} {text}"),
    Check("length", "a sentence added that says nothing", lambda text, _: f"{text} {ASIDE}"),
    Check("negation", "a \u201cnot\u201d put in or taken out", negated, flips=True),
    Check(
        "negation",
        "\u201cIt is not true that ...\u201d",
        lambda text, _: f"It is not true that {text}",
        flips=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the labels under one change.

    Attributes:
        topic: what the check is about.
        what: the change in words.
        expected: "holds" or "flips".
        reviews: how many texts could be changed.
        share: of those, how many behaved as expected in all their variants.
        moved: mean absolute change in the probability of the first label.
    """

    topic: str
    what: str
    expected: str
    reviews: int
    share: float
    moved: float


def behaviour(model: Model, texts: Sequence[str]) -> tuple[Outcome, ...]:
    """Change *texts* in every way and ask *model* about them; the same answer every time.

    Texts of which the model knows no word are left out. Turning a label round only means something
    where one is the opposite of the other, so negation is left out where there are more than two.
    """
    answers = zip(texts, model.predict(texts), strict=True)
    known = [(text, prediction) for text, prediction in answers if prediction.label is not None]
    checks = [check for check in CHECKS if len(model.labels) == 2 or not check.flips]
    return tuple(filter(None, (_outcome(model, check, known) for check in checks)))


def _outcome(model: Model, check: Check, known: Sequence[tuple[str, Prediction]]) -> Outcome | None:
    random = Random(SEED)  # noqa: S311
    varied = []
    for text, before in known:
        changed = check.change(text, random)
        if changed != text:
            varied.append(([changed] if isinstance(changed, str) else changed, before))
    if not varied:
        return None
    answers = iter(model.predict([each for variants, _ in varied for each in variants]))
    behaved, moves = 0, []
    for variants, before in varied:
        after = list(islice(answers, len(variants)))
        behaved += all((before.label != now.label) == check.flips for now in after)
        moves.append(sum(_moved(before, now) for now in after) / len(after))
    return Outcome(
        topic=check.topic,
        what=check.what,
        expected="flips" if check.flips else "holds",
        reviews=len(varied),
        share=behaved / len(varied),
        moved=round(sum(moves) / len(moves), 12),  # the rest hangs on the order of adding
    )


def _moved(before: Prediction, after: Prediction) -> float:
    """How far the probability of the first label moved; where nothing is known now, to even."""
    probabilities = before.probabilities or {}
    now = (after.probabilities or {}).get(before.label or "", 1 / len(probabilities))
    return abs((before.probability or 0.0) - now)
