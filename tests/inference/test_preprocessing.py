"""Preprocessing equals scikit-learn's, and leads back to what was typed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from addsup.inference.analyzer_settings import Accents
from addsup.inference.preprocessing import align, preprocessor

ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # surrogates included


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("accents", [None, "unicode", "ascii"])
@given(text=ANY_TEXT)
def test_text_becomes_what_scikit_learn_makes_of_it(
    lowercase: bool, accents: Accents, text: str
) -> None:
    theirs = CountVectorizer(lowercase=lowercase, strip_accents=accents).build_preprocessor()

    assert preprocessor(lowercase, accents)(text) == theirs(text)


@pytest.mark.parametrize("accents", [None, "unicode", "ascii"])
@given(text=ANY_TEXT)
def test_each_character_has_a_place_in_what_was_typed(accents: Accents, text: str) -> None:
    preprocess = preprocessor(True, accents)

    read, places = align(text, preprocess)

    assert len(read) == len(places)
    assert all(first <= second for first, second in pairwise(places))
    assert all(0 <= place < len(text) for place in places)


def test_a_final_sigma_depends_on_its_neighbours_and_keeps_its_place() -> None:
    read, places = align("\u039f\u0394\u039f\u03a3", preprocessor(True, None))

    assert read == "\u03bf\u03b4\u03bf\u03c2"
    assert list(places) == [0, 1, 2, 3]
