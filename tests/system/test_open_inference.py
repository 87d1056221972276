"""The Open Inference Protocol, asked by Triton's own client, which knows nothing of this server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.live import LiveServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tritonclient.http as triton
    from tritonclient.utils import InferenceServerException

REVIEWS = ["A wonderful film with great acting.", "An awful waste of time.", "Zxqv."]


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[triton.InferenceServerClient]:
    with triton.InferenceServerClient(f"127.0.0.1:{live_server.port}") as client:
        yield client


def text(*reviews: str, shape: tuple[int, ...] = (-1,)) -> triton.InferInput:
    array = np.array(reviews, dtype=object).reshape(shape)
    tensor = triton.InferInput("text", list(array.shape), "BYTES")
    tensor.set_data_from_numpy(array, binary_data=False)
    return tensor


def outputs(*names: str) -> list[triton.InferRequestedOutput]:
    return [triton.InferRequestedOutput(name, binary_data=False) for name in names]


def test_client_finds_server_and_model_alive_and_ready(client: Any) -> None:
    (version,) = client.get_model_metadata("sentiment")["versions"]

    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("sentiment")
    assert client.is_model_ready("sentiment", version)
    assert not client.is_model_ready("other")
    assert client.get_server_metadata()["name"] == "addsup"
    assert client.get_model_metadata("sentiment", version)["outputs"][1]["shape"] == [-1, 2]


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_client_gets_the_predictions_that_everyone_gets(
    client: Any, live_server: LiveServer, shape: tuple[int, ...]
) -> None:
    wanted = outputs("label", "probabilities")

    result = client.infer(
        "sentiment", [text(*REVIEWS, shape=shape)], outputs=wanted, request_id="42"
    )

    predicted = live_server.predict({"reviews": REVIEWS}).json["predictions"]
    assert result.get_response()["id"] == "42"
    assert result.as_numpy("label").tolist() == [each["label"] or "" for each in predicted]
    expected = [list((each["probabilities"] or {"": 0, " ": 0}).values()) for each in predicted]
    assert result.as_numpy("probabilities").dtype == np.float64
    assert result.as_numpy("probabilities").tolist() == expected


@pytest.mark.parametrize(
    ("tensor", "model", "says"),
    [
        (text("10/10"), "sentiment", "no letters from a to z"),
        (text("Good."), "other", "The model here is sentiment"),
    ],
)
def test_client_understands_the_errors(client: Any, tensor: Any, model: str, says: str) -> None:
    with pytest.raises(InferenceServerException) as refusal:
        client.infer(model, [tensor], outputs=outputs("label"))

    assert says in refusal.value.message()
