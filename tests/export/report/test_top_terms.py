"""Strongest words of a model."""

from __future__ import annotations

from addsup.export.report.top_terms import strongest

from tests.export.small import TEXTS, small_model


def test_words_stand_with_the_label_that_they_speak_for_strongest_first() -> None:
    found = strongest(small_model(), TEXTS, 2)

    assert {word for word, _ in found["up"]} == {"good", "fine"}
    assert {word for word, _ in found["down"]} == {"bad", "dull"}
    for terms in found.values():
        strengths = [strength for _, strength in terms]
        assert strengths == sorted(strengths, reverse=True)
        assert min(strengths) > 0


def test_words_of_fewer_than_three_reviews_say_nothing() -> None:
    assert strongest(small_model(), TEXTS[:2], 5) == {"down": [], "up": []}
