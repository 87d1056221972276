"""Reading: from a text as typed to the terms that a model counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import count, pairwise

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from addsup.inference.analyzer import (
    Normaliser,
    table_lookup,
    tokenizer,
)
from addsup.inference.analyzer_settings import ARTICLE, Accents, Analyzer
from addsup.inference.preprocessing import align, preprocessor
from addsup.inference.terms import NO_WORD, Reader, reader

NORMALISER = Normaliser(frozenset({"the", "not"}), table_lookup({"plots": "plot", "us": "u"}))
LETTERS = tokenizer(ARTICLE)
WORDS = tokenizer(Analyzer())
ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # surrogates included
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


@given(ANY_TEXT)
def test_the_words_are_those_of_the_article_s_expression(text: str) -> None:
    assert LETTERS.tokens(text) == re.sub("[^a-zA-Z]", " ", text).lower().split()


@given(st.text())
def test_words_with_their_places_are_the_lemmas_and_the_stop_words(text: str) -> None:
    words = list(NORMALISER.words(text))

    assert [word.lemma for word in words if word.lemma is not None] == NORMALISER.lemmas(text)
    assert all(text[word.start : word.end].isascii() for word in words)
    assert LETTERS.reads(text) is bool(words)


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


#: The same sentence or so in many scripts, and what people mix into them.
TEXTS = (
    "Der schöne Film dauerte über zwei Stunden; Straße, GRÖSSE, naïve.",
    "Прекрасный фильм, но слишком длинный. Ещё раз!",
    "\u039f\u0394\u039f\u03a3, \u03a9\u03a1\u0391\u0399\u0391 \u1f20\u03c7\u03ce.",
    "\u0130stanbul \u0131l\u0131k, ILIK de\u011fil",
    "\u092f\u0939 \u092b\u093c\u093f\u0932\u094d\u092e \u0905\u091a\u094d\u091b\u0940 \u0939\u0948",
    "这部电影很好看\uff0c但是太长了。",
    "Great \U0001f600\U0001f44d\U0001f3fd film \U0001f468\u200d\U0001f469\u200d\U0001f467!",
    "cafe\u0301 Cafe\u0301s n\u0303 e\u0301\u0302",
    "\ud800 lone \udfff surrogate",
    "tab\there\r\nnew\u2028line\u00a0 nbsp \x1c  two  spaces   ",
    "\ufb01nal \u2168 \u00bd \u00b2 x_y 3d",
    "",
    " ",
)
SETTINGS = (
    Analyzer(),
    Analyzer(ngram_range=(1, 2)),
    Analyzer(ngram_range=(2, 3), lowercase=False),
    Analyzer(strip_accents="unicode", ngram_range=(1, 2)),
    Analyzer(strip_accents="ascii", token_pattern=r"\w+"),
    Analyzer(token_pattern=r"(?u)(\w)\w*"),
    Analyzer(kind="char", ngram_range=(1, 3)),
    Analyzer(kind="char", ngram_range=(3, 3), strip_accents="unicode"),
    Analyzer(kind="char_wb", ngram_range=(2, 4)),
    Analyzer(kind="char_wb", ngram_range=(1, 9), lowercase=False),
)
STOP_WORDS = frozenset({"film", "der", "\u043d\u043e"})


def theirs(analyzer: Analyzer, text: str) -> Counter[str]:
    words = {"stop_words": list(STOP_WORDS)} if analyzer.kind == "word" else {}
    vectoriser = CountVectorizer(
        analyzer=analyzer.kind,
        lowercase=analyzer.lowercase,
        strip_accents=analyzer.strip_accents,
        token_pattern=analyzer.token_pattern,
        ngram_range=analyzer.ngram_range,
        **words,
    )
    return Counter(vectoriser.build_analyzer()(text))


def reader_of(analyzer: Analyzer, vocabulary: list[str]) -> tuple[Reader, Normaliser]:
    stop_words = STOP_WORDS if analyzer.kind == "word" else frozenset()
    normaliser = Normaliser(stop_words, str, tokenizer(analyzer))
    return reader(analyzer, normaliser, vocabulary), normaliser


@pytest.mark.parametrize("found", SETTINGS, ids=repr)
@settings(max_examples=50)
@given(text=ANY_TEXT)
def test_terms_are_those_of_scikit_learn(found: Analyzer, text: str) -> None:
    check_terms(found, text)


@pytest.mark.parametrize("found", SETTINGS, ids=repr)
@pytest.mark.parametrize("text", TEXTS)
def test_terms_of_many_scripts_are_those_of_scikit_learn(found: Analyzer, text: str) -> None:
    check_terms(found, text)


def not_in(terms: Iterable[str]) -> str:
    taken = set("".join(terms))
    return next(each for each in map(chr, count(0xE000)) if each not in taken)


def check_terms(analyzer: Analyzer, text: str) -> None:
    expected = theirs(analyzer, text)
    analyzer = msgspec.structs.replace(analyzer, separator=not_in(expected))
    found, normaliser = reader_of(analyzer, [*expected, "x"])
    words = list(normaliser.words(text))

    occurrences = list(found.occurrences(words, text))
    read, total, known = found.read(text)

    assert Counter(term for term, _ in occurrences) == expected
    assert Counter(read.split(analyzer.separator) if read else ()) == expected - Counter([""])
    assert total == sum(word.lemma is not None for word in words)
    touched = {member for _, members in occurrences for member in members}
    assert touched <= {*range(len(words)), NO_WORD}
    assert known == len(touched - {NO_WORD})


@given(st.text())
@example("a b")
def test_the_article_leaves_terms_of_several_words_to_its_graph(text: str) -> None:
    found, normaliser = reader_of(ARTICLE, ["good film", "plot"])

    read, total, known = found.read(text + " good plots plot")

    assert read == normaliser.normalise(text + " good plots plot")
    assert total == sum(len(word) > 1 for word in read.split()), "no term is of one letter"
    assert known >= 2


def test_only_known_terms_are_given_to_the_graph() -> None:
    found, _ = reader_of(Analyzer(ngram_range=(1, 2), separator="\n"), ["gut", "sehr gut"])

    assert found.read("Sehr gut, sehr schlecht") == ("gut\nsehr gut", 4, 2)


def test_characters_are_shared_by_the_words_they_stand_in() -> None:
    found, _ = reader_of(Analyzer(kind="char", ngram_range=(3, 3)), ["x"])

    assert list(found.occurrences((), "ab  cd")) == [
        ("ab ", (0, 0)),
        ("b c", (0, 1)),
        (" cd", (1, 1)),
    ]
