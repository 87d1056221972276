"""Analyzer: the single definition of a token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.inference.analyzer import Normaliser, has_letters, is_token, table_lookup

NORMALISER = Normaliser(frozenset({"the", "not"}), table_lookup({"plots": "plot", "us": "u"}))


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("The PLOTS were not good!", "plot were good"),
        ("don't", "don t"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}s", "caf s"),
        ("\N{KELVIN SIGN}", ""),
        ("a1b", "a b"),
        ("", ""),
    ],
)
def test_only_letters_are_read_and_stop_words_are_dropped(text: str, normalised: str) -> None:
    assert NORMALISER.normalise(text) == normalised


@given(st.text())
def test_words_with_their_places_are_the_lemmas_and_the_stop_words(text: str) -> None:
    words = list(NORMALISER.words(text))

    assert [word.lemma for word in words if word.lemma is not None] == NORMALISER.lemmas(text)
    assert all(text[word.start : word.end].isascii() for word in words)
    assert has_letters(text) is bool(words)


def test_a_token_has_two_letters() -> None:
    assert [is_token("u"), is_token("us")] == [False, True]
