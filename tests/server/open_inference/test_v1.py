"""KServe's protocol of version 1."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

PREDICT = "/v1/models/sentiment:predict"


def test_predictions_are_those_of_predict(client: FlaskClient) -> None:
    texts = ["A wonderful film.", "Zxqv."]

    answer = client.post(PREDICT, json={"instances": texts})

    assert answer.json == client.post("/predict", json={"texts": texts}).json


def test_the_model_is_listed_and_ready(client: FlaskClient) -> None:
    assert client.get("/v1/models").json == {"models": ["sentiment"]}
    assert client.get("/v1/models/sentiment").json == {"name": "sentiment", "ready": True}
    assert client.get("/v1/models/other").status_code == 404


@pytest.mark.parametrize(
    ("document", "code", "pointer"),
    [
        ({}, "missing_field", ""),
        ({"instances": ["a", ""]}, "empty_text", "/instances/1"),
        ({"instances": [1]}, "wrong_type", "/instances/0"),
        ({"instances": ["a"], "instance": 1}, "unknown_field", "/instance"),
    ],
)
def test_bad_requests_are_refused_with_the_place(
    client: FlaskClient, document: Any, code: str, pointer: str
) -> None:
    answer = client.post(PREDICT, json=document).get_json()

    assert (answer["code"], answer["errors"][0]["pointer"]) == (code, pointer)
