"""Stems: NLTK's, in a table that holds the same when training as when serving."""

from __future__ import annotations

from addsup.train.text.word_forms import Stems, snowball
from hypothesis import given
from hypothesis import strategies as st

GERMAN = snowball("german")
#: Words of the data, and inflections of the same words that are not in the data.
SEEN = (
    "film filme filmes schauspieler schauspielern geschichte geschichten bild bilder bildern "
    "schön schöne schönes dialog dialoge guter gute gutes lange langen langes musik altem "
    "neuem altes neues autos hotels".split()
)
UNSEEN = "films filmen schauspielers bildes schönen schönem dialogen dialogs gutem langem".split()


def test_words_of_the_data_have_nltk_s_stem() -> None:
    stems = Stems(SEEN, GERMAN)

    assert {word: stems(word) for word in SEEN} == {word: GERMAN(word) for word in SEEN}


def test_other_forms_with_a_common_ending_have_it_too_and_no_word_has_another() -> None:
    stems = Stems(SEEN, GERMAN)

    agree = [word for word in UNSEEN if stems(word) == GERMAN(word)]

    assert len(agree) >= 0.6 * len(UNSEEN)
    assert all(stems(word) in (word, GERMAN(word)) for word in UNSEEN)


def test_a_word_unlike_any_of_the_data_is_its_own_stem() -> None:
    assert Stems(SEEN, GERMAN)("unbekanntes") == "unbekanntes"


@given(st.sampled_from(SEEN + UNSEEN) | st.text("abdefgilmnorstuö", min_size=1, max_size=9))
def test_the_table_gives_what_training_counts(word: str) -> None:
    stems = Stems(SEEN, GERMAN)
    vocabulary = ["film", "bild", "schon", "gut", "lang langes"]
    known = {each for term in vocabulary for each in term.split()}

    looked_up = stems.table(vocabulary).get(word, word)

    assert looked_up == stems(word) or {looked_up, stems(word)}.isdisjoint(known)


def test_a_stem_of_one_letter_is_no_stem() -> None:
    assert Stems(["ab"], lambda word: word[:1])("ab") == "ab"
