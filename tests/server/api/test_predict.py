"""POST /predict, and the core behind it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from flask.testing import FlaskClient

from addsup.server.app import create_app
from addsup.server.settings import Settings

GOOD = "A wonderful film with great acting."
BAD = "An awful waste of time, the worst plot."


def test_good_and_bad_text_get_their_labels(client: FlaskClient) -> None:
    good = client.post("/predict", json={"text": GOOD})
    bad = client.post("/predict", json={"text": BAD})

    assert (good.get_json()["label"], bad.get_json()["label"]) == ("positive", "negative")


def test_prediction_has_the_documented_members(client: FlaskClient) -> None:
    response = client.post("/predict", json={"text": GOOD})

    answer = response.get_json()
    assert list(answer) == ["label", "probability", "probabilities", "words", "known_words"]
    assert answer["probability"] == max(answer["probabilities"].values())
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert response.content_type == "application/json"
    assert response.data.endswith(b"}\n")


def test_text_of_unknown_words_gets_no_label_but_a_reason(client: FlaskClient) -> None:
    response = client.post("/predict", json={"text": "Zxqv wvutq."})

    answer = response.get_json()
    assert response.status_code == 200
    assert answer["label"] is answer["probability"] is answer["probabilities"] is None
    assert (answer["words"], answer["known_words"]) == (2, 0)
    assert answer["reason"].endswith(".")


def test_batch_keeps_its_order_and_equals_single_predictions(client: FlaskClient) -> None:
    texts = [GOOD, BAD, "Zxqv.", BAD, GOOD]

    batch = client.post("/predict", json={"texts": texts})

    singles = [client.post("/predict", json={"text": text}).get_json() for text in texts]
    for found, alone in zip(batch.get_json()["predictions"], singles, strict=True):
        rounded = [each.pop("probabilities") for each in (found, alone)]  # in another order
        assert found.pop("probability") == pytest.approx(alone.pop("probability"), abs=1e-12)
        assert rounded[0] == pytest.approx(rounded[1], abs=1e-12)
        assert found == alone


@pytest.mark.parametrize("character", ["\0", "\N{GRINNING FACE}", "\u202e", "é", "\r\n"])
def test_unusual_characters_are_only_separators(client: FlaskClient, character: str) -> None:
    response = client.post("/predict", json={"text": f"{character}great{character}film"})
    plain = client.post("/predict", json={"text": "great film"})

    unread = {"unread_letters": 2} if character.isalpha() else {}
    assert response.json == {**(plain.json or {}), **unread}


@pytest.mark.parametrize(
    ("document", "status", "code", "pointer"),
    [
        ({"text": ""}, 400, "empty_text", "/text"),
        ({"text": " \n\t\u00a0"}, 400, "empty_text", "/text"),
        ({"text": "10/10 !!! \N{GRINNING FACE}"}, 400, "text_without_letters", "/text"),
        ({"text": "傑作だ"}, 400, "text_without_letters", "/text"),
        ({"text": "a" * 501}, 413, "text_too_long", "/text"),
        ({"text": " " * 501}, 413, "text_too_long", "/text"),
        ({"texts": ["Good.", ""]}, 400, "empty_text", "/texts/1"),
        ({"texts": ["Good.", "Bad.", "5"]}, 400, "text_without_letters", "/texts/2"),
        ({"texts": ["a" * 501]}, 413, "text_too_long", "/texts/0"),
        ({"texts": ["Good."] * 6}, 413, "too_many_texts", "/texts"),
        ({"texts": ["Good.", 5]}, 400, "wrong_type", "/texts/1"),
        ({}, 400, "missing_text", ""),
    ],
)
def test_bad_text_is_refused_with_its_code_and_place(
    client: FlaskClient, document: Any, status: int, code: str, pointer: str
) -> None:
    response = client.post("/predict", json=document)

    assert (response.status_code, response.get_json()["code"]) == (status, code)
    (place,) = response.get_json()["errors"]
    assert place == {"detail": response.get_json()["detail"], "pointer": pointer}
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "multipart/form-data", "application/xml"]
)
def test_body_that_is_called_neither_json_nor_a_form_is_refused(
    client: FlaskClient, content_type: str | None
) -> None:
    response = client.post("/predict", data=b'{"text": "Good."}', content_type=content_type)

    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")
    assert "application/json" in response.get_json()["detail"]


def test_parameters_of_the_content_type_are_accepted(client: FlaskClient) -> None:
    response = client.post(
        "/predict", data=b'{"text": "Good."}', content_type="Application/JSON; charset=utf-8"
    )

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json, text/html", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html;q=0.9, */*", "application/json"),
        ("text/html, */*;q=0.8", "text/html"),
        ("text/html", "text/html"),
        ("image/png", "application/json"),
    ],
)
def test_answer_is_json_unless_html_is_asked_for(
    client: FlaskClient, accept: str | None, media_type: str
) -> None:
    headers = {"Accept": accept} if accept else {}

    answered = client.post("/predict", data={"text": GOOD}, headers=headers)
    refused = client.post("/predict", data={"text": ""}, headers=headers)

    assert (answered.status_code, answered.mimetype) == (200, media_type)
    problem_type = media_type.replace("/json", "/problem+json")
    assert (refused.status_code, refused.mimetype) == (400, problem_type)


def test_explanation_adds_up_and_names_each_word_by_its_place(client: FlaskClient) -> None:
    text = "A GREAT film, but the plots\nwere awful zxqv."

    answer = client.post("/predict?explain=1", json={"text": text}).get_json()

    why, words = answer["explanation"], answer["explanation"]["words"]
    assert [text[word["start"] : word["end"]] for word in words] == [w["word"] for w in words]
    assert [word["word"] for word in words] == (
        "A GREAT film but the plots were awful zxqv".split()
    )
    assert [word["lemma"] for word in words][4:7] == [None, "plot", None]
    known = [word["word"] for word in words if word["known"]]
    assert known == ["GREAT", "film", "plots", "awful"]
    assert all(word["contribution"] == 0 for word in words if not word["known"])
    assert why["log_odds"] == pytest.approx(
        why["intercept"] + sum(w["contribution"] for w in words)
    )
    p = answer["probabilities"]
    assert why["log_odds"] == pytest.approx(math.log(p[why["label"]] / p[why["against"]]))
    assert why["label"] == answer["label"]


def test_batch_is_explained_in_order_with_null_where_nothing_is_known(client: FlaskClient) -> None:
    def explained(asked: dict[str, object]) -> Any:
        reply = client.post("/predict?explain=1", json=asked).text
        # Sums of padded texts are grouped otherwise, which shows in the last digit.
        return json.loads(reply, parse_float=lambda number: round(float(number), 12))

    batch = explained({"texts": [GOOD, "Zxqv.", BAD]})

    assert batch == {"predictions": [explained({"text": each}) for each in (GOOD, "Zxqv.", BAD)]}
    assert batch["predictions"][1]["explanation"] is None


def test_explaining_changes_nothing_else(client: FlaskClient) -> None:
    plain = client.post("/predict?explain=0", json={"text": GOOD}).get_json()
    explained = client.post("/predict?explain=1", json={"text": GOOD}).get_json()

    del explained["explanation"]
    assert explained == plain


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("explain=3", "explain"),
        ("explain=true", "explain"),
        ("explain=", "explain"),
        ("explain", "explain"),
        ("explain=1&explain=1", "explain"),
        ("Explain=1", "Explain"),
        ("text=Good", "text"),
    ],
)
def test_query_that_is_not_known_is_refused(
    client: FlaskClient, query: str, parameter: str
) -> None:
    response = client.post(f"/predict?{query}", json={"text": GOOD})

    answer = response.get_json()
    assert (response.status_code, answer["code"]) == (400, "bad_parameter")
    assert answer["errors"][0]["parameter"] == parameter


def test_one_text_of_the_greatest_length_can_be_explained_and_twenty_cannot() -> None:
    client = create_app(Settings()).test_client()
    longest = "a " * 25_000

    one = client.post("/predict?explain=1", json={"text": longest})
    twenty = client.post("/predict?explain=1", json={"texts": [longest] * 20})

    assert one.status_code == 200
    assert (twenty.status_code, twenty.get_json()["code"]) == (413, "too_many_words")


def test_a_reply_beyond_the_limit_is_413_with_what_to_do() -> None:
    client = create_app(Settings(max_reply_bytes=2_000)).test_client()

    refused = client.post("/predict", json={"texts": [GOOD] * 100})

    assert (refused.status_code, refused.get_json()["code"]) == (413, "reply_too_large")
    assert "ask for less at a time" in refused.get_json()["detail"]


def test_texts_and_batches_of_exactly_the_limits_are_answered(client: FlaskClient) -> None:
    assert client.post("/predict", json={"text": "a" * 500}).status_code == 200
    assert client.post("/predict", json={"texts": ["Good."] * 5}).status_code == 200
    assert client.post("/predict", json={"texts": []}).json == {"predictions": []}


def test_bad_texts_of_a_batch_are_answered_in_their_place_where_asked_for(
    client: FlaskClient,
) -> None:
    texts = [GOOD, "", "10/10", None, BAD, "a" * 501]

    answer = client.post("/predict", json={"texts": texts[:5], "on_error": "item"})

    found = answer.get_json()["predictions"]
    assert [each["label"] for each in found] == ["positive", None, None, None, "negative"]
    codes = [each.get("error", {}).get("code") for each in found]
    assert codes == [None, "empty_text", "text_without_letters", "wrong_type", None]
    assert found[0] == client.post("/predict", json={"text": GOOD}).get_json()
    long = client.post("/predict", json={"texts": [texts[5]], "on_error": "item"}).get_json()
    assert long["predictions"][0]["error"]["code"] == "text_too_long"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"texts": [GOOD, ""]}, "empty_text"),
        ({"texts": [GOOD, ""], "on_error": "request"}, "empty_text"),
        ({"texts": [GOOD, None]}, "wrong_type"),
        ({"texts": [GOOD], "on_error": "ignore"}, "wrong_type"),
        ({"texts": [GOOD] * 6, "on_error": "item"}, "too_many_texts"),
        ({"texts": [None], "on_error": "item", "x": 1}, "unknown_field"),
    ],
)
def test_otherwise_a_batch_is_refused_whole(client: FlaskClient, document: Any, code: str) -> None:
    assert client.post("/predict", json=document).get_json()["code"] == code


@pytest.mark.parametrize("value", ["loo", "2"])
def test_leaving_one_out_adds_an_effect_to_each_known_word(client: FlaskClient, value: str) -> None:
    asked = {"text": "Excellent product, for the price"}
    plain = client.post("/predict?explain=1", json=asked).get_json()

    found = client.post(f"/predict?explain={value}", json=asked).get_json()

    words = found["explanation"]["words"]
    assert [word["word"] for word in words if "effect" in word] == ["Excellent", "product"]
    assert [word["contribution"] for word in words] == [
        w["contribution"] for w in plain["explanation"]["words"]
    ]


def test_leaving_one_out_of_long_texts_is_refused() -> None:
    client = create_app(Settings()).test_client()

    refused = client.post("/predict?explain=loo", json={"text": "ok " * 1_001})

    assert refused.status_code == 413
    assert refused.get_json()["code"] == "too_many_words"
    assert "one text of 1,000 words" in refused.get_json()["detail"]
    assert client.post("/predict?explain=1", json={"text": "ok " * 1_001}).status_code == 200
