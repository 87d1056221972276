"""Lemmas and stop words are NLTK's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from addsup.train.data.wordnet import DETACHMENT, WordNet, stop_words


@pytest.fixture(scope="module")
def wordnet(data_cache: Path) -> WordNet:
    """WordNet, loaded from the real cache."""
    return WordNet.load(data_cache)


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("movies", "movie"),
        ("women", "woman"),
        ("aardwolves", "aardwolf"),  # in the exception list
        ("us", "u"),  # the shortest of "us" and "u"
        ("was", "wa"),
        ("series", "series"),
        ("acting", "acting"),  # nouns only
        ("hardrock", "hardrock"),  # unknown
        ("", ""),
        ("s", "s"),
    ],
)
def test_lemma_is_that_of_the_noun(wordnet: WordNet, word: str, lemma: str) -> None:
    assert wordnet.lemmatize(word) == lemma


@pytest.mark.slow
def test_lemmas_equal_those_of_nltk_untouched(
    wordnet: WordNet, data_cache: Path, tmp_path: Path
) -> None:
    words = sorted(
        wordnet.nouns
        | set(wordnet.exceptions)
        | {noun + "s" for noun in wordnet.nouns}
        | {noun[:-1] + plural for noun in sorted(wordnet.nouns)[::10] for plural in DETACHMENT}
    )
    shutil.copytree(data_cache / "corpora", tmp_path / "nltk_data" / "corpora")
    (tmp_path / "nltk_data/corpora/wordnet/lexnames").touch()

    theirs = lemmas_by_nltk_alone(words, tmp_path / "nltk_data")

    assert len(words) > 300_000
    assert [wordnet.lemmatize(word) for word in words] == theirs


def lemmas_by_nltk_alone(words: list[str], nltk_data: Path) -> list[str]:
    """Ask `WordNetLemmatizer` in a process that knows nothing of this project."""
    script = (
        "import sys, nltk; nltk.data.path.insert(0, sys.argv[1])\n"
        "from nltk.stem import WordNetLemmatizer\n"
        "lemmatize = WordNetLemmatizer().lemmatize\n"
        "sys.stdout.writelines(lemmatize(line[:-1]) + '\\n' for line in sys.stdin)"
    )
    ended = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", script, str(nltk_data)],
        input="".join(f"{word}\n" for word in words),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return ended.stdout.split("\n")[:-1]


def test_all_nouns_can_be_enumerated(wordnet: WordNet) -> None:
    assert len(wordnet.nouns) == 117_798
    assert {"movie", "church", "motion_picture"} <= wordnet.nouns
    assert "movies" not in wordnet.nouns


def test_english_stop_words_are_the_153_made_of_letters(data_cache: Path) -> None:
    words = stop_words(data_cache)

    assert len(words) == 153
    assert {"i", "not", "don", "wouldn"} <= words
