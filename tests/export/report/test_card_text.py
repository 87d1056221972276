"""What differs from card to card, in words."""

from __future__ import annotations

import msgspec
from addsup.export.report.card_text import cleaning, language, language_name
from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.manifest import Manifest

from tests.export.small import small_model


def manifest(settings: Analyzer, **more: object) -> Manifest:
    return msgspec.structs.replace(small_model().manifest, analyzer=settings, **more)


def test_cleaning_is_told_as_the_file_says_it() -> None:
    assert "the letters a to z" in cleaning(small_model().manifest)
    words = Analyzer(token_pattern=r"\w+", strip_accents="unicode", lowercase=False)
    assert cleaning(manifest(words)) == (
        r"Cleaning leaves case as it is, strips accents (unicode), takes the words that `\w+` "
        "finds, drops 2 stop words and replaces each word by its stem."
    )
    assert cleaning(manifest(Analyzer(kind="char_wb", ngram_range=(2, 4)))) == (
        "Cleaning lower-cases and takes 2 to 4 characters in a row inside words."
    )


def test_the_language_is_what_was_said_and_english_for_letters_alone() -> None:
    assert language_name(small_model().manifest) == "English"
    assert language(manifest(Analyzer())) == ""
    assert language_name(manifest(Analyzer(), parameters={"language": "de"})) == "German"
