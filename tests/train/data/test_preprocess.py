"""Data are cleaned, what is odd about them is reported, what cannot be learnt from is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from addsup.inference.analyzer import Normaliser
from addsup.train.data.checks import notes
from addsup.train.data.labelled import LabelledText
from addsup.train.data.preprocess import Prepared, check_enough, prepare
from addsup.train.errors import BadData

NORMALISERS = {
    "all": Normaliser(frozenset({"the", "not"}), str),
    "all but negations": Normaliser(frozenset({"the"}), str),
}
WORDS = ["ape", "bee", "cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "kiwi", "lark"]
PLENTY = [(f"The {word}.", label) for word in WORDS for label in ("good", "bad")]
PLENTY = [(f"{text} {label}ly", label) for text, label in PLENTY]


def labelled(rows: list[tuple[str, str]], name: str = "d.csv") -> LabelledText:
    """As read from a file with a header."""
    index = range(2, len(rows) + 2)
    frame = pd.DataFrame(rows, columns=["text", "label"], index=index, dtype=object)
    return LabelledText(name, "0" * 64, frame)


def prepared(rows: list[tuple[str, str]], test: list[tuple[str, str]] | None = None) -> Prepared:
    tested = labelled(test, "t.csv") if test else None
    return prepare(labelled(rows), tested, NORMALISERS, lambda texts, _: texts)


def notes_on(data: Prepared) -> str:
    return " ".join(notes(data))


def test_sound_data_need_no_words() -> None:
    data = prepared(PLENTY)

    check_enough(data, cross_validated=True)

    assert notes_on(data) == ""


def test_what_looks_missing_is_reported_with_its_line() -> None:
    assert '1 text has "nan" as text (line 26)' in notes_on(prepared([*PLENTY, ("nan", "bad")]))


def test_unbalanced_labels_are_reported_with_what_a_guess_would_reach() -> None:
    rows = [*PLENTY, *((f"more {word} goodly", "good") for word in WORDS * 3)]

    assert '48 texts are "good", 12 are "bad"' in notes_on(prepared(rows))
    assert 'Always answering "good" would be right on 80%' in notes_on(prepared(rows))


def test_copies_are_reported_with_their_lines() -> None:
    rows = [*PLENTY, ("the APE... goodly!", "good"), ("Not the ape goodly", "bad")]

    said = notes_on(prepared(rows))

    assert "2 texts are copies of earlier ones once cleaned (lines 26, 27)" in said
    assert "1 text of those has another label than the first (line 27)" in said


def test_texts_without_words_are_reported_with_their_lines() -> None:
    assert "1 text has no word left once cleaned (line 26)" in notes_on(
        prepared([*PLENTY, ("10/10 the", "good")])
    )


def test_test_texts_that_are_trained_on_are_left_out_and_reported() -> None:
    data = prepared(PLENTY, [("the ape goodly", "good"), ("a zebra", "bad")])

    fitted_on, tested = data.parts(seed=0)

    assert fitted_on.tolist() == list(range(24))
    assert tested.tolist() == [25]
    assert "1 of the 2 texts in t.csv are copies" in notes_on(data)


@pytest.mark.parametrize(
    ("rare", "cross_validated", "message"),
    [
        (9, True, r'9 different texts labelled "odd" \(lines 26, 27, .* and 4 more\), and 10-fold'),
        (9, True, "or leave cross-validation out with --repeats 0"),
        (4, True, "needs 10 of each label: add some, merge labels, or leave .* --drop-rare 10.$"),
        (4, False, "holding some out needs 5 of each label"),
    ],
)
def test_too_few_of_a_label_are_refused_with_lines_and_a_way_out(
    rare: int, cross_validated: bool, message: str
) -> None:
    data = prepared([*PLENTY, *((f"{word} oddly", "odd") for word in WORDS[:rare])])

    with pytest.raises(BadData, match=message):
        check_enough(data, cross_validated)


def test_all_rare_labels_are_named_at_once() -> None:
    data = prepared([*PLENTY, *((f"{word} oddly", f"odd {word}") for word in WORDS[:9])])

    with pytest.raises(BadData, match=r'of 9 labels \("odd ape" 1, .*"odd ibis" 1\), and .*rare 5'):
        check_enough(data, cross_validated=False)


def test_copies_do_not_count_towards_enough() -> None:
    data = prepared([*PLENTY, *[("the same", "odd")] * 20])

    with pytest.raises(BadData, match='1 different texts labelled "odd"'):
        check_enough(data, cross_validated=False)


@pytest.mark.parametrize("text", ["превосходно {}", "10/10 {}", "the not {}"])
def test_texts_that_the_model_cannot_read_are_refused(text: str) -> None:
    rows = [(text.format(number), "good" if number % 2 else "bad") for number in range(50)]

    with pytest.raises(BadData, match=r"d\.csv has 0 different texts with words"):
        prepared(rows)


def test_texts_that_share_no_word_are_refused_since_no_other_would_have_a_known_one() -> None:
    rows = [("x" * number, "good" if number % 2 else "bad") for number in range(2, 50)]

    with pytest.raises(BadData, match=r"0 different texts .* share a word with another"):
        prepared(rows)


def test_a_label_that_is_only_in_the_test_file_is_refused_with_its_line() -> None:
    with pytest.raises(BadData, match=r't\.csv has the label "odd" \(line 3\), which d\.csv has'):
        prepared(PLENTY, [("a zebra", "bad"), ("a zebra", "odd")])


def test_where_all_of_a_test_file_are_copies_some_others_are_held_out_and_that_is_said() -> None:
    data = prepared(PLENTY, [("the ape goodly", "good")])

    fitted_on, tested = data.parts(seed=0)

    assert sorted([*fitted_on, *tested]) == list(range(24))
    assert "All 1 texts to test with (t.csv) are copies" in notes_on(data)
