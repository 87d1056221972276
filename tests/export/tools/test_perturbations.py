"""Perturbations: changes to a review, and none where there is nothing to change."""

from __future__ import annotations

from random import Random

import pytest
from addsup.export.tools import perturbations as p

REVIEW = "This film isn't bad, it was made well."


@pytest.mark.parametrize(
    ("change", "variants"),
    [
        (p.upper_case, ("THIS FILM ISN'T BAD, IT WAS MADE WELL.",)),
        (p.lower_case, ("this film isn't bad, it was made well.",)),
        (p.no_punctuation, ("This film isnt bad it was made well",)),
        (p.exclamation, ("This film isn't bad, it was made well!!!",)),
        (p.twice, (f"{REVIEW} {REVIEW}",)),
        (p.aside, (f"{REVIEW} {p.ASIDE}",)),
        (p.negation, ("This film is bad, it was made well.",)),
        (p.denial, (f"It is not true that {REVIEW}",)),
    ],
)
def test_a_review_is_changed(change: p.Change, variants: tuple[str, ...]) -> None:
    assert change(REVIEW, Random(0)) == variants


def test_a_letter_is_swapped_or_left_out_inside_a_long_word() -> None:
    (swapped,) = p.typo(REVIEW, Random(0))
    (shorter,) = p.left_out(REVIEW, Random(0))

    assert sorted(swapped) == sorted(REVIEW)
    assert swapped != REVIEW
    assert len(shorter) == len(REVIEW) - 1


def test_a_not_is_put_in_where_there_is_none() -> None:
    assert p.negation("It was good.", Random(0)) == ("It was not good.",)


@pytest.mark.parametrize("change", [p.typo, p.left_out, p.negation])
def test_there_is_nothing_to_change_in_a_short_word(change: p.Change) -> None:
    assert change("Bad!", Random(0)) == ()


def test_every_name_says_it_once() -> None:
    said = p.names(REVIEW, Random(0))

    assert len(set(said)) == len(p.NAMES)
    assert all(each.endswith(f": {REVIEW}") for each in said)
