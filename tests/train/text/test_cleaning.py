"""How texts are read is chosen by what is in them and what was asked."""

from __future__ import annotations

from multiprocessing.reduction import ForkingPickler
from typing import Any

import pytest
from addsup.inference.analyzer_settings import ARTICLE
from addsup.train.data.cleaning import Cleaning, cleaning, unread_share
from addsup.train.errors import BadOption

GERMAN = ["Die Bilder sind schön.", "Größer war die Enttäuschung nie."]


def clean(
    texts: list[str],
    analyzer: str | None = None,
    language: str | None = None,
    *,
    stem: bool = False,
    both: bool = False,
) -> Cleaning:
    return cleaning(texts, analyzer, language, stem, both, progress=False)


def test_the_share_of_letters_outside_a_to_z() -> None:
    assert unread_share(["abc", "\u00e9 1!"]) == 0.25
    assert unread_share(["", "10/10"]) == 0


def test_other_letters_are_read_without_being_asked() -> None:
    found = clean(GERMAN)

    assert found.analyzer.kind == "word"
    assert found.normalisers["none"].normalise("Schöne Größe 3D") == "schöne größe 3d"
    assert "8.9 % of the letters are outside a to z" in found.said[0]
    assert "No stop words are dropped; --language drops them for da, de," in found.said[1]
    assert found.parameters() == {"analyzer": "unicode", "stem": False}


@pytest.mark.usefixtures("data_cache")
def test_english_is_read_as_the_article_reads_it() -> None:
    found = clean(["a fine film, naïve " + "plain " * 20], both=True)

    assert found.analyzer == ARTICLE
    assert sorted(found.normalisers) == ["all", "all but negations", "none"]
    assert found.parameters() == {}
    assert found.said == ("0.9 % of the letters are outside a to z, and are not read.",)


@pytest.mark.usefixtures("data_cache")
def test_a_language_drops_its_stop_words_and_stems_if_asked() -> None:
    found = clean(["Die Bilder und das Bild."], language="de", stem=True)

    assert found.normalisers["all"].normalise("Die Bilder und ein Bild") == "bild bild"
    assert found.parameters() == {"analyzer": "unicode", "language": "de", "stem": True}


@pytest.mark.usefixtures("data_cache")
def test_english_words_of_any_alphabet_have_wordnet_s_lemmas() -> None:
    found = clean(["cafés"], "unicode", "en", both=True)

    assert (
        found.normalisers["all but negations"].normalise("Not the FILMS, us cafés")
        == "not film us cafés"
    )
    assert found.normalisers["all"].normalise("Not the films") == "film"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"analyzer": "article", "language": "de"}, "--analyzer article reads English"),
        ({"analyzer": "article", "stem": True}, "--analyzer article reads English"),
        ({"analyzer": "unicode", "stem": True}, "--stem needs --language with one of da, de, en"),
        ({"language": "tr", "stem": True}, "--stem needs --language"),
    ],
)
def test_options_that_contradict_one_another_are_refused(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadOption, match=sentence):
        clean(["abc"], **options)


@pytest.mark.usefixtures("data_cache")
@pytest.mark.parametrize(
    ("analyzer", "language", "stem"),
    [("article", "en", False), ("unicode", "en", False), ("unicode", "de", True)],
)
def test_normaliser_can_be_sent_to_another_process(
    analyzer: str, language: str, stem: bool
) -> None:
    found = clean(GERMAN, analyzer, language, stem=stem).normalisers["all"]

    sent: Any = ForkingPickler.loads(ForkingPickler.dumps(found))

    assert sent.normalise("Bilder, films") == found.normalise("Bilder, films")
