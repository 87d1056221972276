"""Changed reviews, and what a model makes of them."""

from __future__ import annotations

from random import Random

import pytest
from addsup.export.graph.model_file import build
from addsup.export.tools import perturbations as changes
from addsup.export.tools.behaviour import Outcome, behaviour
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.data.labelled import LabelledText

from addsup.__main__ import main

REVIEW = "This isn't a good film, but it was a wonderful evening."


@pytest.fixture(scope="module")
def model(trained: TrainedModel) -> Model:
    return Model(build(trained))


@pytest.fixture(scope="module")
def outcomes(model: Model, sentences: LabelledText) -> dict[str, Outcome]:
    return {each.what: each for each in behaviour(model, sentences.texts)}


@pytest.mark.parametrize(
    ("change", "variant"),
    [
        (changes.upper_case, "THIS ISN'T A GOOD FILM, BUT IT WAS A WONDERFUL EVENING."),
        (changes.lower_case, "this isn't a good film, but it was a wonderful evening."),
        (changes.no_punctuation, "This isnt a good film but it was a wonderful evening"),
        (changes.exclamation, "This isn't a good film, but it was a wonderful evening!!!"),
        (changes.twice, f"{REVIEW} {REVIEW}"),
        (changes.negation, "This is a good film, but it was a wonderful evening."),
        (changes.denial, f"It is not true that {REVIEW}"),
    ],
)
def test_change_does_what_it_says(change: changes.Change, variant: str) -> None:
    assert change(REVIEW, Random(0)) == (variant,)


def test_negation_is_put_in_where_there_is_none() -> None:
    assert changes.negation("It was good.", Random(0)) == ("It was not good.",)


@pytest.mark.parametrize("change", [changes.typo, changes.left_out, changes.negation])
def test_change_without_an_occasion_gives_nothing(change: changes.Change) -> None:
    assert change("Ha!", Random(0)) == ()


def test_typo_swaps_two_letters_inside_a_word() -> None:
    (variant,) = changes.typo("wonderful", Random(0))

    assert variant != "wonderful"
    assert sorted(variant) == sorted("wonderful")
    assert (variant[0], variant[-1]) == ("w", "l")


def test_every_name_is_tried() -> None:
    assert len(changes.names(REVIEW, Random(0))) == len(changes.NAMES) == 20


def test_case_exclamation_and_repetition_never_change_a_verdict(
    outcomes: dict[str, Outcome],
) -> None:
    for what in ("all in capitals", "all in small letters", "said twice"):
        assert outcomes[what].share == 1.0
        assert outcomes[what].example is None


def test_negation_seldom_flips_a_verdict_of_a_bag_of_words(outcomes: dict[str, Outcome]) -> None:
    denial = outcomes["\u201cIt is not true that ...\u201d"]

    assert denial.expected == "flips"
    assert denial.share < 0.5
    assert denial.example


def test_report_is_the_same_every_time(model: Model, sentences: LabelledText) -> None:
    reviews = sentences.texts[:100]

    assert behaviour(model, reviews) == behaviour(model, reviews)


def test_reviews_without_a_known_word_are_left_out(model: Model) -> None:
    assert behaviour(model, ["Zxqv!", "10/10"]) == ()


@pytest.mark.usefixtures("data_cache")
def test_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "models/sentiment.onnx", "--behaviour", "imdb"]) == 0
    out = capsys.readouterr().out

    assert "case: all in capitals" in out
    assert "100.0%" in out
