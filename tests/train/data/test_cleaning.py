"""Texts of any language are cleaned as their letters and the options say."""

from __future__ import annotations

import re
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.stem import SnowballStemmer

from addsup.inference.analyzer_settings import ARTICLE
from addsup.train.data.cleaning import Cleaning, cleaning_for
from addsup.train.data.wordnet import stop_words
from addsup.train.errors import BadOption
from addsup.train.options import TrainOptions
from addsup.train.text.languages import LANGUAGES, word_pattern
from addsup.train.text.word_forms import Stems, snowball

POLISH = ["Zdjęcia są piękne.", "Rozczarowanie nigdy nie było większe."]
GERMAN = ["Die Bilder sind schön.", "Größer war die Enttäuschung nie."]


def clean(
    texts: list[str],
    analyzer: str | None = None,
    language: str | None = None,
    *,
    stem: bool = False,
    both: bool = False,
) -> Cleaning:
    return cleaning_for(
        texts,
        TrainOptions(
            analyzer=analyzer, language=language, stem=stem, tune=both, quiet=True, max_memory=0
        ),
    )


@pytest.mark.usefixtures("data_cache")
def test_other_letters_are_read_without_being_asked() -> None:
    found = clean(POLISH)

    assert found.analyzer.kind == "word"
    assert found.normalisers["none"].normalise("Schöne Größe 3D") == "schöne größe 3d"
    assert "10.6 % of the letters are outside a to z" in found.notes[0]
    assert "No stop words are dropped; --language drops them for da, de," in found.notes[1]
    assert found.parameters() == {"analyzer": "unicode", "stem": False}


@pytest.mark.usefixtures("data_cache")
def test_english_is_read_as_the_article_reads_it() -> None:
    found = clean(["it was a fine film, naïve " + "plain " * 15], both=True)

    assert found.analyzer == ARTICLE
    assert sorted(found.normalisers) == ["all", "all but negations", "none"]
    assert found.parameters() == {}
    assert "few stop words of any known language" in clean(["cheap pills"]).notes[-1]
    assert found.notes == ("1.1 % of the letters are outside a to z, and are not read.",)


#: By their stop words, though no letter or few are outside a to z.
SPOKEN = {
    "de": "Der Film war lang und die Schauspieler wussten nicht was sie dort machen sollten.",
    "fr": "Le film est trop long et les acteurs ne savent pas ce qu'ils font dans cette histoire.",
    "nl": "De film was te lang en de acteurs wisten niet wat ze met het verhaal moesten doen.",
    "tr": "Bu film çok uzun ve hiç bir şey yok ama o da biz de oradaydık daha sonra.",
}


@pytest.mark.usefixtures("data_cache")
@pytest.mark.parametrize("code", SPOKEN)
def test_the_language_is_known_by_its_stop_words(code: str) -> None:
    found = clean([SPOKEN[code]])

    assert found.parameters()["language"] == code
    assert "all" in found.normalisers
    name = LANGUAGES[code].name.title()
    assert f"the texts are read as {name} (--language says otherwise)." in found.notes[-1]


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
        ("ดีมาก 10฿", ["ดี", "ม", "า", "ก", "10"]),
        ("ດີ ຫຼາຍ", ["ດີ", "ຫຼ", "າ", "ຍ"]),
        ("ល្អ", ["ល្", "អ"]),
        ("ကောင်း", ["ကော", "င်း"]),
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


def test_every_language_has_its_stop_words(data_cache: Path) -> None:
    for language in LANGUAGES.values():
        assert len(stop_words(data_cache, language=language.name)) >= 50


GERMAN_STEM = snowball("german")
#: Words of the data, and inflections of the same words that are not in the data.
SEEN = (
    "film filme filmes schauspieler schauspielern geschichte geschichten bild bilder bildern "
    "schön schöne schönes dialog dialoge guter gute gutes lange langen langes musik altem "
    "neuem altes neues autos hotels".split()
)
UNSEEN = "films filmen schauspielers bildes schönen schönem dialogen dialogs gutem langem".split()


def test_words_of_the_data_have_nltk_s_stem_and_most_other_forms_too() -> None:
    stems = Stems(SEEN, GERMAN_STEM)

    assert {word: stems(word) for word in SEEN} == {word: GERMAN_STEM(word) for word in SEEN}

    agree = [word for word in UNSEEN if stems(word) == GERMAN_STEM(word)]

    assert len(agree) >= 0.6 * len(UNSEEN)
    assert all(stems(word) in (word, GERMAN_STEM(word)) for word in UNSEEN)
    assert stems("unbekanntes") == "unbekanntes"


@settings(deadline=None)
@given(st.sampled_from(SEEN + UNSEEN) | st.text("abdefgilmnorstuö", min_size=1, max_size=9))
def test_the_table_gives_what_training_counts(word: str) -> None:
    stems = Stems(SEEN, GERMAN_STEM)
    vocabulary = ["film", "bild", "schon", "gut", "lang langes"]
    known = {each for term in vocabulary for each in term.split()}

    looked_up = stems.table(vocabulary).get(word, word)

    assert looked_up == stems(word) or {looked_up, stems(word)}.isdisjoint(known)


def test_a_stem_of_one_letter_is_no_stem() -> None:
    assert Stems(["ab"], lambda word: word[:1])("ab") == "ab"
