"""Words of any alphabet, and what NLTK has for each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from addsup.train.data.wordnet import stop_words
from addsup.train.text.languages import LANGUAGES, word_pattern
from nltk.stem import SnowballStemmer

WORD = re.compile(word_pattern())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Schöne Straße, 3D x", ["Schöne", "Straße", "3D"]),
        ("и\u0306гра ещё", ["и\u0306гра", "ещё"]),
        (
            "यह फ़िल्म अच्छी",
            ["यह", "फ़िल्म", "अच्छी"],
        ),
        ("שָׁלוֹם", ["שָׁלוֹם"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("这部电影3D很好", [*"这部电影", "3D", *"很好"]),
        ("カメラ cafe\u0301", [*"カメラ", "cafe\u0301"]),
        ("\u0301a a\u0301 b", ["a\u0301"]),
        ("\U0001f600 !?", []),
    ],
)
def test_words_are_whole_in_every_alphabet(text: str, words: list[str]) -> None:
    assert WORD.findall(text) == words


def test_stemmers_are_nltk_s() -> None:
    named = {each.name for each in LANGUAGES.values() if each.has_stemmer}

    assert named <= set(SnowballStemmer.languages)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_its_stop_words(code: str, data_cache: Path) -> None:
    words = stop_words(data_cache, language=LANGUAGES[code].name)

    assert len(words) >= 50
    assert all(map(str.isalpha, words))
