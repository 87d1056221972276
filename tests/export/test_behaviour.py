"""Changed texts, and what a model makes of them."""

from __future__ import annotations

from random import Random

import pytest

from addsup.export.report.behaviour import CHECKS, NAMES, Outcome, behaviour
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.data.dataset import LabelledText
from tests.export.small import exported

TEXT = "This isn't a good film, but it was a wonderful evening."
CHANGES = {check.what: check.change for check in CHECKS}
SWAPPED, LEFT_OUT = "two letters of a word swapped", "a letter of a word left out"
NEGATED = "a \u201cnot\u201d put in or taken out"


@pytest.fixture(scope="module")
def model(trained: TrainedModel) -> Model:
    return Model(exported(trained))


@pytest.fixture(scope="module")
def outcomes(model: Model, sentences: LabelledText) -> dict[str, Outcome]:
    return {each.what: each for each in behaviour(model, sentences.texts)}


@pytest.mark.parametrize(
    ("what", "text", "changed"),
    [
        ("all in capitals", TEXT, TEXT.upper()),
        ("all in small letters", TEXT, TEXT.lower()),
        (
            "none at all (didn't becomes didnt)",
            TEXT,
            "This isnt a good film but it was a wonderful evening",
        ),
        ("three exclamation marks at the end", TEXT, TEXT[:-1] + "!!!"),
        ("said twice", TEXT, f"{TEXT} {TEXT}"),
        (NEGATED, TEXT, "This is a good film, but it was a wonderful evening."),
        (NEGATED, "It was good.", "It was not good."),
        *((each, "Ha!", "Ha!") for each in (SWAPPED, LEFT_OUT, NEGATED)),
    ],
)
def test_a_change_does_what_it_says_or_nothing(what: str, text: str, changed: str) -> None:
    assert CHANGES[what](text, Random(0)) == changed


def test_typos_are_inside_a_word_and_every_name_is_tried() -> None:
    swapped = CHANGES[SWAPPED]("wonderful", Random(0))
    named = CHANGES["a first name and a colon in front, for each of 20"](TEXT, Random(0))

    assert isinstance(swapped, str)
    assert swapped != "wonderful"
    assert sorted(swapped) == sorted("wonderful")
    assert (swapped[0], swapped[-1]) == ("w", "l")
    assert len(CHANGES[LEFT_OUT]("wonderful", Random(0))) == len("wonderful") - 1
    assert len(set(named)) == len(NAMES) == 20


def test_case_and_repetition_never_change_a_label(outcomes: dict[str, Outcome]) -> None:
    for what in ("all in capitals", "all in small letters", "said twice"):
        assert outcomes[what].share == 1.0


def test_negation_seldom_flips_a_label_of_a_bag_of_words(outcomes: dict[str, Outcome]) -> None:
    denial = outcomes["\u201cIt is not true that ...\u201d"]

    assert denial.expected == "flips"
    assert denial.share < 0.5


def test_texts_without_a_known_word_are_left_out(model: Model) -> None:
    assert behaviour(model, ["Zxqv!", "10/10"]) == ()
