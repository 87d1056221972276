"""Management routes of /v2."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addsup.server.app import create_app
from addsup.server.extensions import extensions_of
from tests.server.conftest import LIMITS


def test_the_configuration_is_in_tritons_terms(client: FlaskClient) -> None:
    configuration = client.get("/v2/models/sentiment/config").get_json()

    assert configuration["max_batch_size"] == LIMITS.max_texts
    assert configuration["input"] == [{"name": "text", "data_type": "TYPE_STRING", "dims": [1]}]
    assert [each["name"] for each in configuration["output"]] == ["label", "probabilities"]


def test_statistics_count_requests_and_texts() -> None:
    client = create_app(LIMITS).test_client()
    client.post("/predict", json={"texts": ["Good.", "Bad."]})
    client.post("/predict", json={"text": "Good."})

    (stats,) = client.get("/v2/models/sentiment/stats").get_json()["model_stats"]
    assert (stats["inference_count"], stats["execution_count"]) == (3, 2)
    assert stats["inference_stats"]["success"]["count"] == 2
    assert stats["inference_stats"]["success"]["ns"] > 0
    assert client.get("/v2/models/stats").get_json()["model_stats"] == [stats]


def test_the_index_has_the_one_model(app: Flask, client: FlaskClient) -> None:
    (model,) = client.post("/v2/repository/index").get_json()

    version = extensions_of(app).model.version
    assert model == {"name": "sentiment", "version": version, "state": "READY", "reason": ""}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/repository/models/sentiment/load"),
        ("POST", "/v2/repository/models/sentiment/unload"),
        ("GET", "/v2/systemsharedmemory/status"),
        ("POST", "/v2/cudasharedmemory/region/a/register"),
        ("POST", "/v2/trace/setting"),
        ("POST", "/v2/models/sentiment/generate"),
    ],
)
def test_what_is_not_offered_is_501(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)

    assert (response.status_code, response.get_json()["code"]) == (501, "not_implemented")
    assert "error" in response.get_json()
