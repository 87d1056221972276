"""The Open Inference Protocol and KServe's version 1."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from addsup.server.app import create_app
from addsup.server.extensions import extensions_of
from tests.server.conftest import LIMITS

GOOD = "A wonderful film with great acting."
BAD = "An awful waste of time, the worst plot."
INFER = "/v2/models/sentiment/infer"


def tensor(*data: Any, **changes: Any) -> dict[str, Any]:
    return {"name": "text", "shape": [len(data)], "datatype": "BYTES", "data": data} | changes


def version(app: Flask) -> str:
    return str(extensions_of(app).model.version)


def test_health_and_metadata_are_as_the_protocol_says(app: Flask, client: FlaskClient) -> None:
    served = version(app)

    assert client.get("/v2/health/live").json == {"live": True}
    assert client.get("/v2/health/ready").json == {"ready": True}
    assert client.get("/v2").get_json().keys() == {"name", "version", "extensions"}
    assert client.get("/v2/models/sentiment").json == {
        "name": "sentiment",
        "versions": [served],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
        "outputs": [
            {"name": "label", "datatype": "BYTES", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP64", "shape": [-1, 2]},
        ],
    }
    of_version = f"/v2/models/sentiment/versions/{served}"
    assert client.get(of_version).json == client.get("/v2/models/sentiment").json
    assert client.get(f"{of_version}/ready").json == {"name": "sentiment", "ready": True}
    assert client.get("/v2/models/sentiment/ready").json == {"name": "sentiment", "ready": True}


def test_both_outputs_say_what_predict_says(app: Flask, client: FlaskClient) -> None:
    answer = client.post(INFER, json={"id": "7", "inputs": [tensor(GOOD, BAD)]}).get_json()

    predicted = client.post("/predict", json={"texts": [GOOD, BAD]}).get_json()["predictions"]
    flat = [p for each in predicted for p in each["probabilities"].values()]
    assert answer == {
        "model_name": "sentiment",
        "model_version": version(app),
        "id": "7",
        "outputs": [
            {
                "name": "label",
                "datatype": "BYTES",
                "shape": [2],
                "data": [each["label"] for each in predicted],
            },
            {"name": "probabilities", "datatype": "FP64", "shape": [2, 2], "data": flat},
        ],
    }


@pytest.mark.parametrize(
    "nested",
    [
        tensor([GOOD], [BAD], shape=[2, 1]),
        tensor(GOOD, BAD, shape=[2, 1]),
        tensor([GOOD], BAD, shape=[2, 1]),
    ],
)
def test_flat_and_nested_data_are_the_same(client: FlaskClient, nested: Any) -> None:
    flat = client.post(INFER, json={"inputs": [tensor(GOOD, BAD)]})

    assert client.post(INFER, json={"inputs": [nested]}).json == flat.json


def test_only_what_is_asked_for_is_sent_in_that_order(client: FlaskClient) -> None:
    def names(*outputs: str) -> list[str]:
        wanted = [{"name": name, "parameters": {"binary_data": False}} for name in outputs]
        answer = client.post(INFER, json={"inputs": [tensor(GOOD)], "outputs": wanted})
        return [each["name"] for each in answer.get_json()["outputs"]]

    assert names("label") == ["label"]
    assert names("probabilities", "label") == ["probabilities", "label"]
    assert names() == ["label", "probabilities"]


def test_text_of_unknown_words_has_an_empty_label_and_no_probabilities(
    client: FlaskClient,
) -> None:
    answer = client.post(INFER, json={"inputs": [tensor("Zxqv.")]}).get_json()

    assert [each["data"] for each in answer["outputs"]] == [[""], [0.0, 0.0]]


def test_empty_tensor_gives_empty_tensors(client: FlaskClient) -> None:
    answer = client.post(INFER, json={"inputs": [tensor()]}).get_json()

    assert [(each["shape"], each["data"]) for each in answer["outputs"]] == [
        ([0], []),
        ([0, 2], []),
    ]


@pytest.mark.parametrize(
    ("document", "status", "code", "pointer"),
    [
        ({}, 400, "missing_field", ""),
        ({"inputs": []}, 400, "wrong_tensor", "/inputs"),
        ({"inputs": [tensor("a"), tensor("a")]}, 400, "wrong_tensor", "/inputs"),
        ({"inputs": [{"name": "text"}]}, 400, "missing_field", "/inputs/0"),
        ({"inputs": [tensor("a", name="x")]}, 400, "unknown_tensor", "/inputs/0/name"),
        ({"inputs": [tensor("a", datatype="FP64")]}, 400, "wrong_tensor", "/inputs/0/datatype"),
        ({"inputs": [tensor("a", shape=[2])]}, 400, "wrong_tensor", "/inputs/0/shape"),
        ({"inputs": [tensor("a", shape=[1, 2])]}, 400, "wrong_tensor", "/inputs/0/shape"),
        ({"inputs": [tensor("a", shape=[])]}, 400, "wrong_type", "/inputs/0/shape"),
        ({"inputs": [tensor("a", shape=[-1])]}, 400, "wrong_type", "/inputs/0/shape/0"),
        ({"inputs": [tensor(["a"])]}, 400, "wrong_tensor", "/inputs/0/data/0"),
        ({"inputs": [tensor("a", [], shape=[2, 1])]}, 400, "wrong_tensor", "/inputs/0/data/1"),
        ({"inputs": [tensor("a", 5)]}, 400, "wrong_type", "/inputs/0/data/1"),
        ({"inputs": [tensor([["a"]])]}, 400, "wrong_type", "/inputs/0/data/0/0"),
        ({"inputs": [tensor("a", extra=1)]}, 400, "unknown_field", "/inputs/0/extra"),
        ({"inputs": [tensor("a", "")]}, 400, "empty_text", "/inputs/0/data/1"),
        ({"inputs": [tensor("5")]}, 400, "text_without_letters", "/inputs/0/data/0"),
        ({"inputs": [tensor("a" * 501)]}, 413, "text_too_long", "/inputs/0/data/0"),
        ({"inputs": [tensor(*"aaaaaa")]}, 413, "too_many_texts", "/inputs/0/data"),
        (
            {"inputs": [tensor("a")], "outputs": [{"name": "logits"}]},
            400,
            "unknown_tensor",
            "/outputs/0/name",
        ),
        (
            {"inputs": [tensor("a")], "outputs": [{"name": "label"}] * 2},
            400,
            "unknown_tensor",
            "/outputs/1/name",
        ),
        (
            {"inputs": [tensor("a", parameters={"binary_data_size": 5})]},
            400,
            "wrong_tensor",
            "/inputs/0/data",
        ),
        ({"inputs": [tensor("a", modle_name="x")]}, 400, "unknown_field", "/inputs/0/modle_name"),
    ],
)
def test_bad_request_is_refused_with_its_code_and_place(
    client: FlaskClient, document: Any, status: int, code: str, pointer: str
) -> None:
    response = client.post(INFER, json=document)

    answer = response.get_json()
    assert (response.status_code, answer["code"]) == (status, code)
    assert answer["errors"][0]["pointer"] == pointer
    assert answer["error"] == answer["detail"]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b'{"id": "1", "id": "2", "inputs": []}', "duplicate_field", None),
        (
            b'{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"], '
            b'"data": ["b"]}]}',
            "duplicate_field",
            None,
        ),
        (b'{"inputs": [' + b"[" * 3_000, "wrong_type", "/inputs/0"),
        (b'{"inputs": [{"shape": [NaN]}]}', "malformed_json", None),
        (b"", "empty_body", None),
    ],
)
def test_bad_json_is_refused(
    client: FlaskClient, body: bytes, code: str, pointer: str | None
) -> None:
    response = client.post(INFER, data=body, content_type="application/json")

    answer = response.get_json()
    assert response.status_code == 400
    assert answer["code"] == code
    assert answer.get("errors", [{"pointer": None}])[0]["pointer"] == pointer


def test_a_reply_may_be_half_json_and_half_bytes(client: FlaskClient) -> None:
    wanted = [{"name": "label", "parameters": {"binary_data": True}}, {"name": "probabilities"}]

    response = client.post(INFER, json={"inputs": [tensor(GOOD)], "outputs": wanted})

    length = int(response.headers["Inference-Header-Content-Length"])
    document = json.loads(response.data[:length])
    assert response.content_type == "application/octet-stream"
    assert document["outputs"][0]["parameters"] == {"binary_data_size": 12}
    assert response.data[length:] == b"\x08\0\0\0positive"
    assert len(document["outputs"][1]["data"]) == 2


def test_json_is_json_whatever_it_is_called(client: FlaskClient) -> None:
    body = json.dumps({"inputs": [tensor(GOOD)]})
    usual = client.post(INFER, data=body, content_type="application/json").json

    for media_type in ("application/octet-stream", "text/plain", ""):
        assert client.post(INFER, data=body, content_type=media_type).json == usual


def test_what_clients_send_along_is_accepted(client: FlaskClient) -> None:
    more = {"model_name": "x", "model_version": None, "parameters": {"a": [1]}, "id": None}

    response = client.post(INFER, json={"inputs": [tensor(GOOD, parameters={"b": {}})], **more})

    assert response.status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_body_is_read_within_the_limit(client: FlaskClient, coding: str) -> None:
    def ask(body: bytes) -> TestResponse:
        packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
        return client.post(INFER, data=packed, headers={"Content-Encoding": coding})

    good = json.dumps({"inputs": [tensor(GOOD)]}).encode()
    assert ask(good).json == client.post(INFER, data=good).json
    assert ask(good + b" " * 10_000_000).get_json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    "path",
    [
        "/v2/models/other",
        "/v2/models/other/ready",
        "/v2/models/sentiment/versions/1",
        "/v2/models/sentiment/versions/1/ready",
    ],
)
def test_other_model_or_version_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.get_json()["code"]) == (404, "model_not_found")
    assert "sentiment" in response.get_json()["error"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/nowhere"), ("GET", INFER)])
def test_errors_of_routing_carry_the_protocol_s_member_too(
    client: FlaskClient, method: str, path: str
) -> None:
    answer = client.open(path, method=method).get_json()

    assert answer["error"] == answer["detail"]


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
