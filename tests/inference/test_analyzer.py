"""Analyzer: the single definition of a token, and of a text that has one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from addsup.inference.analyzer import (
    LETTERS_ONLY,
    Normaliser,
    PatternTokens,
    is_token,
    table_lookup,
    tokenizer,
)
from addsup.inference.analyzer_settings import ARTICLE, Analyzer
from addsup.inference.text_checks import problem_with

NORMALISER = Normaliser(frozenset({"the", "not"}), table_lookup({"plots": "plot", "us": "u"}))
LETTERS = tokenizer(ARTICLE)
WORDS = tokenizer(Analyzer())
WITHOUT_ACCENTS = tokenizer(Analyzer(strip_accents="unicode"))


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


@given(st.text(st.characters(exclude_categories=[])))
def test_the_words_are_those_of_the_article_s_expression(text: str) -> None:
    assert LETTERS.tokens(text) == re.sub("[^a-zA-Z]", " ", text).lower().split()
    assert [token.decode() for token in LETTERS_ONLY.byte_tokens(text)] == LETTERS.tokens(text)


@given(st.text())
def test_words_with_their_places_are_the_lemmas_and_the_stop_words(text: str) -> None:
    words = list(NORMALISER.words(text))

    assert [word.lemma for word in words if word.lemma is not None] == NORMALISER.lemmas(text)
    assert all(text[word.start : word.end].isascii() for word in words)
    assert LETTERS.reads(text) is bool(words)


def test_a_token_has_two_letters() -> None:
    assert [is_token("u"), is_token("us")] == [False, True]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Schöne Straße!", ["Schöne", "Straße"]),
        ("cafe\u0301s zu", ["cafe\u0301s", "zu"]),
        ("x cafe\u0301 y", ["cafe\u0301"]),
        ("\u0130stanbul \u039f\u0394\u039f\u03a3.", ["\u0130stanbul", "\u039f\u0394\u039f\u03a3"]),
        ("\ufb01nal", ["\ufb01nal"]),
        ("\U0001f600 ja \U0001f600", ["ja"]),
    ],
)
def test_a_word_is_found_where_it_was_typed_with_its_combining_characters(
    text: str, typed: list[str]
) -> None:
    spans = list(WITHOUT_ACCENTS.spans(text))

    assert [text[start:end] for start, end, _ in spans] == typed
    assert [token for *_, token in spans] == WITHOUT_ACCENTS.tokens(text)


def test_a_group_of_the_pattern_is_the_token() -> None:
    hashtags = tokenizer(Analyzer(token_pattern=r"#(\w+)"))

    assert hashtags.tokens("#Ja und #nein") == ["ja", "nein"]
    assert list(hashtags.spans("#Ja und #nein")) == [(1, 3, "ja"), (9, 13, "nein")]


@pytest.mark.parametrize(
    ("found", "text", "reads", "unread"),
    [
        (LETTERS, "10/10", False, 0),
        (LETTERS, "caf\u00e9 \u0434\u0430", True, 3),
        (WORDS, "\u0434\u0430, 10!", True, 0),
        (WORDS, "a \u00e9", False, 0),
        (WORDS, "\u0939\u093f\u0928\u094d\u0926\u0940", False, 3),
        (tokenizer(Analyzer(kind="char_wb")), "\U0001f600", True, 0),
        (tokenizer(Analyzer(kind="char")), "  ", False, 0),
    ],
)
def test_what_is_read_and_how_many_letters_are_not(
    found: object, text: str, reads: bool, unread: int
) -> None:
    assert found.reads(text) is reads  # type: ignore[attr-defined]
    assert found.unread_letters(text) == unread  # type: ignore[attr-defined]


def test_a_pattern_that_is_none_raises() -> None:
    with pytest.raises(re.error):
        tokenizer(Analyzer(token_pattern="("))


@pytest.mark.parametrize(
    "settings",
    [
        Analyzer(),
        Analyzer(lowercase=False),
        Analyzer(token_pattern=r"\w*"),
        Analyzer(token_pattern="[a-z]+"),
    ],
)
@given(text=st.text(st.characters(exclude_categories=[])))
@example("\u0130 \u00e9\u0301b \u0939\u093f\u0928 a\u00df")
def test_letters_are_unread_whether_or_not_it_is_told_the_short_way(
    settings: Analyzer, text: str
) -> None:
    short, long = tokenizer(settings), tokenizer(settings)
    assert isinstance(short, PatternTokens)
    assert isinstance(long, PatternTokens)
    long.keeps_letters = False

    assert short.unread_letters(text) == long.unread_letters(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "missing_text"),
        (7, "wrong_type"),
        (b"good", "wrong_type"),
        ("good " * 3, "text_too_long"),
        ("", "empty_text"),
        (" \n\u3000", "empty_text"),
        ("12:30 !", "text_without_letters"),
        ("good", None),
    ],
)
def test_a_text_has_at_most_one_problem(text: object, code: str | None) -> None:
    assert problem_with(text, LETTERS_ONLY, max_chars=10) == code
