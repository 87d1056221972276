from __future__ import annotations

import pytest

from addsup.inference.model import Model
from addsup.score.columns import Wanted, result_schema, score_texts
from addsup.score.counts import Counts, counts_of
from tests.score.conftest import TEXTS


def test_good_texts_get_what_the_model_says_of_them(model: Model) -> None:
    batch = score_texts(model, TEXTS, {}, Wanted())

    (expected,) = model.predict([TEXTS[0]])
    first = batch.to_pylist()[0]
    assert first["label"] == expected.label == "positive"
    assert first["probability"] == expected.probability
    assert {f"probability_{each}" for each in model.labels} <= first.keys()
    assert (first["words"], first["known_words"], first["unread_letters"]) == (4, 4, 0)


def test_bad_texts_have_a_code_in_their_place(model: Model) -> None:
    texts = [*TEXTS, None, 5, "good " * 11]

    batch = score_texts(model, texts, {1: "malformed_row"}, Wanted(max_chars=50))

    assert batch.column("error").to_pylist() == [
        None,
        "malformed_row",
        "text_without_letters",
        "empty_text",
        None,
        None,
        "missing_text",
        "wrong_type",
        "text_too_long",
    ]
    assert batch.column("label").null_count == 8 - 1


def test_text_of_unknown_words_has_no_label_and_is_no_error(model: Model) -> None:
    row = score_texts(model, ["Zxqv wvutq."], {}, Wanted()).to_pylist()[0]

    assert (row["label"], row["error"], row["words"], row["known_words"]) == (None, None, 2, 0)


def test_letters_of_other_alphabets_are_counted(model: Model) -> None:
    batch = score_texts(model, TEXTS[-1:], {}, Wanted())

    assert batch.column("unread_letters").to_pylist() == [6]


def test_strongest_words_are_named_with_what_they_add(model: Model) -> None:
    text = "Great, great film. The plot is awful."
    batch = score_texts(model, [text, "10/10"], {}, Wanted(explain=2))

    found = batch.column("contributions").to_pylist()
    (_, why), *_ = model.explain([text])
    assert why is not None
    great = sum(word.contribution for word in why.words if word.lemma == "great")
    assert len(found[0]) == 2
    assert {"word": "great", "contribution": pytest.approx(great, abs=1e-12)} in found[0]
    assert found[1] is None


def test_names_begin_with_the_prefix(model: Model) -> None:
    wanted = Wanted(prefix="model_", explain=1)

    batch = score_texts(model, [], {}, wanted)

    assert batch.schema == result_schema(model.labels, wanted)
    assert all(name.startswith("model_") for name in batch.schema.names)


def test_counts_are_those_of_the_rows_and_add_up(model: Model) -> None:
    found = counts_of(score_texts(model, TEXTS, {}, Wanted(prefix="x_")), "x_")

    assert found.labels == {"positive": 2, "negative": 1}
    assert found.errors == {"text_without_letters": 1, "empty_text": 1}
    assert 0 < found.known_words < found.words
    both = found + Counts(1, {"good": 1}, {}, 5, 3)
    assert (both.rows, both.words) == (len(TEXTS) + 1, found.words + 5)
    assert both.labels == {"positive": 2, "negative": 1, "good": 1}
