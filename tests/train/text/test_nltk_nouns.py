"""NLTK's reader and lemmatiser over files that were verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from addsup.train.data.nltk_nouns import EnglishReader, Lemmatizer, VerifiedPath
from addsup.train.data.resources import WORDNET_FOLDER


def test_a_path_is_read_without_asking_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")

    path = VerifiedPath(tmp_path).join("a.txt")

    assert path.file_size() == 3
    assert path.open("utf-8").read() == "one"


@pytest.mark.data
def test_nouns_are_lemmatised_as_nltk_does(data_cache: Path) -> None:
    reader = EnglishReader(data_cache / WORDNET_FOLDER)

    lemmatise = Lemmatizer(reader).lemmatize
    assert [lemmatise(word) for word in ("films", "geese", "acting", "zxqv")] == [
        *("film", "goose", "acting", "zxqv"),
    ]
    assert reader.noun_exceptions()["geese"] == ("goose",)
    assert "film" in reader.nouns()
