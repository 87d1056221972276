"""The Open Inference Protocol; the real client of it is in tests/system."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from addsup.server.extensions import extensions_of

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
        (b'{"id": "1", "id": "2", "inputs": []}', "duplicate_field", "/id"),
        (
            b'{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"], '
            b'"data": ["b"]}]}',
            "duplicate_field",
            "/inputs/0/data",
        ),
        (b'{"inputs": [' + b"[" * 3_000, "wrong_type", "/inputs/0"),
        (b'{"inputs": [{"shape": [NaN]}]}', "malformed_json", "/inputs/0/shape/0"),
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
