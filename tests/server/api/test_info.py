"""Health, facts and counts: what a platform asks."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from addsup import __version__
from addsup.server.app import create_app
from addsup.server.extensions import extensions_of
from addsup.server.settings import Settings

GOOD = "A wonderful film with great acting."


@pytest.fixture
def fresh() -> FlaskClient:
    """A client of a server that has counted nothing yet."""
    return create_app(Settings()).test_client()


def samples(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """What /metrics says: name and sorted label values -> value."""
    response = client.get("/metrics")
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_model_card_is_that_of_the_file(app: Flask, client: FlaskClient) -> None:
    content = Settings().model_path.read_bytes()

    card = client.get("/model").get_json()

    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert card["version"] == card["sha256"][:12]
    assert (card["name"], card["labels"]) == ("sentiment", ["negative", "positive"])
    assert card["data"]["texts"] == 1000
    assert card["vocabulary"] == len(extensions_of(app).model.manifest.vocabulary)
    assert card["figures"] and card["parameters"] and card["versions"]["scikit-learn"]


def test_versions_are_those_that_run(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/version").get_json()

    assert answer["version"] == __version__
    assert answer["model"] == extensions_of(app).model.version
    assert answer.keys() == {"version", "model", "python", "onnxruntime"}


def test_texts_are_counted_by_label_however_they_come_in(fresh: FlaskClient) -> None:
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": [GOOD]}

    fresh.post("/predict", json={"text": GOOD})
    fresh.post("/predict", json={"texts": [GOOD, "awful", "Zxqv."]})
    fresh.post("/predict?explain=1", json={"texts": ["awful", "Zxqv."]})
    fresh.post("/predict", data={"text": GOOD})
    fresh.post("/", data={"text": GOOD})
    fresh.post("/v2/models/sentiment/infer", json={"inputs": [tensor]})
    fresh.post("/predict", json={"text": ""})
    fresh.post("/predict", json={"texts": []})

    version = fresh.get("/version").get_json()["model"]
    found = samples(fresh)
    assert found["texts_predicted_total", "positive", version] == 5
    assert found["texts_predicted_total", "negative", version] == 2
    assert found["texts_predicted_total", "(none)", version] == 2
    assert found["inference_duration_seconds_count", version] == 6


def test_unknown_words_are_counted_as_a_share_of_all(fresh: FlaskClient) -> None:
    fresh.post("/predict", json={"texts": ["great zxqv film", "Zxqv wvut."]})

    version = fresh.get("/version").get_json()["model"]
    found = samples(fresh)
    assert found["text_words_total", version] == 5
    assert found["text_unknown_words_total", version] == 3


def test_requests_are_counted_by_template_method_and_status(fresh: FlaskClient) -> None:
    for path in ("/v2/models/a", "/v2/models/b", "/nowhere/a", "/nowhere/b?x"):
        fresh.get(path)
    fresh.open("/predict", method="BREW")
    fresh.get("/docs")

    found = samples(fresh)
    assert found["http_requests_total", "GET", "/v2/models/<name>", "404"] == 2
    assert found["http_requests_total", "GET", "(other)", "404"] == 2
    assert found["http_requests_total", "GET", "/docs", "200"] == 1
    assert found["http_requests_total", "(other)", "/predict", "405"] == 1
    assert found["http_request_duration_seconds_count", "GET", "(other)"] == 2


def test_build_is_described(fresh: FlaskClient) -> None:
    (labels,) = [key for key in samples(fresh) if key[0] == "server_build_info"]

    assert labels[-1] == __version__
