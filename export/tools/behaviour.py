"""Behavioural tests: whose verdicts hold when a review is changed, and whose turn round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from addsup.export.tools import perturbations as changes
from addsup.inference.model import Model
from addsup.inference.predictions import Prediction

SEED = 0


@dataclass(frozen=True, slots=True)
class Check:
    """A change, and whether the verdict should hold under it or flip."""

    topic: str
    what: str
    change: changes.Change
    flips: bool = False


CHECKS = (
    Check("case", "all in capitals", changes.upper_case),
    Check("case", "all in small letters", changes.lower_case),
    Check("punctuation", "none at all (didn't becomes didnt)", changes.no_punctuation),
    Check("punctuation", "three exclamation marks at the end", changes.exclamation),
    Check("typos", "two letters of a word swapped", changes.typo),
    Check("typos", "a letter of a word left out", changes.left_out),
    Check("names", "a first name and a colon in front, for each of 20", changes.names),
    Check("length", "said twice", changes.twice),
    Check("length", "a sentence added that says nothing", changes.aside),
    Check("negation", "a \u201cnot\u201d put in or taken out", changes.negation, flips=True),
    Check("negation", "\u201cIt is not true that ...\u201d", changes.denial, flips=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the verdicts under one change.

    Attributes:
        topic: what the check is about.
        what: the change in words.
        expected: "holds" or "flips".
        reviews: how many could be changed.
        share: of those, how many behaved as expected in all their variants.
        moved: mean absolute change in the probability of the first verdict.
        example: the shortest changed review that did not behave; None when all did.
    """

    topic: str
    what: str
    expected: str
    reviews: int
    share: float
    moved: float
    example: str | None


def behaviour(model: Model, reviews: Sequence[str]) -> tuple[Outcome, ...]:
    """Change *reviews* in every way and ask *model* about them; the same answer every time.

    Reviews of which the model knows no word are left out. Turning a verdict round only means
    something where one label is the opposite of the other, so negation is left out where there are
    more than two.
    """
    answers = list(zip(reviews, model.predict(reviews), strict=True))
    known = [(review, prediction) for review, prediction in answers if prediction.label is not None]
    checks = [check for check in CHECKS if len(model.labels) == 2 or not check.flips]
    outcomes = (_outcome(model, check, known) for check in checks)
    return tuple(outcome for outcome in outcomes if outcome)


def _outcome(model: Model, check: Check, known: Sequence[tuple[str, Prediction]]) -> Outcome | None:
    random = Random(SEED)  # noqa: S311
    varied = [(check.change(review, random), before) for review, before in known]
    trials = list(_trials(model, check, [(v, before) for v, before in varied if v]))
    if not trials:
        return None
    failed = (trial.review for trial in trials if not trial.behaved)
    return Outcome(
        topic=check.topic,
        what=check.what,
        expected="flips" if check.flips else "holds",
        reviews=len(trials),
        share=sum(trial.behaved for trial in trials) / len(trials),
        moved=sum(trial.moved for trial in trials) / len(trials),
        example=min(failed, key=len, default=None),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """One review: the variant that moved most, whether all behaved, how far they moved."""

    review: str
    behaved: bool
    moved: float


def _trials(
    model: Model, check: Check, varied: Sequence[tuple[changes.Variants, Prediction]]
) -> Iterator[_Trial]:
    answers = iter(model.predict([variant for variants, _ in varied for variant in variants]))
    for variants, before in varied:
        after = list(islice(answers, len(variants)))
        moved = [_moved(before, now) for now in after]
        behaved = all((before.label != now.label) == check.flips for now in after)
        yield _Trial(variants[moved.index(max(moved))], behaved, sum(moved) / len(moved))


def _moved(before: Prediction, after: Prediction) -> float:
    """How far the probability of the first verdict moved; where nothing is known now, to even."""
    probabilities = before.probabilities or {}
    now = (after.probabilities or {}).get(before.label or "", 1 / len(probabilities))
    return abs((before.probability or 0.0) - now)


def report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The outcomes as a table for the terminal."""
    names = [f"{each.topic}: {each.what}" for each in outcomes]
    width = max(map(len, names), default=0)
    yield f"{'change':<{width}}  reviews  verdict   share  moved"
    for name, each in zip(names, outcomes, strict=True):
        figures = f"{each.expected:<7}  {each.share:>6.1%}  {each.moved:>5.2f}"
        yield f"{name:<{width}}  {each.reviews:>7,}  {figures}"
    yield (
        "share: of the reviews whose verdict does what it should; moved: mean change in the "
        "probability of the verdict."
    )
