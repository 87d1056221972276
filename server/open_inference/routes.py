"""Routes of the Open Inference Protocol: metadata, readiness, inference."""

from __future__ import annotations

from typing import Final

import msgspec
from addsup.inference.model import Model
from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.middleware.request_body import current_body
from addsup.server.open_inference import binary
from addsup.server.open_inference.tensors import output_tensor, texts_of, wanted_outputs
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.open_inference import (
    LABEL,
    PROBABILITIES,
    TEXT,
    InferenceRequest,
    InferenceResponse,
    Live,
    ModelMetadata,
    ModelReady,
    Ready,
    ServerMetadata,
    Tensor,
)
from addsup.server.schemas.parsing import decode_with, refuse_duplicates
from addsup.server.schemas.validation import check_texts
from flask import Blueprint, Response, request
from msgspec import UNSET

from addsup import __version__

open_inference = Blueprint("open_inference", __name__, url_prefix="/v2")

DECODER: Final = msgspec.json.Decoder(InferenceRequest)
EXAMPLE: Final = (
    '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["A fine film."]}]}'
)
EXTENSIONS: Final = ("binary_tensor_data", "model_configuration", "statistics", "model_repository")
PLATFORM: Final = "onnxruntime_onnx"
MODEL: Final = "/models/<name>"
MODEL_VERSION: Final = "/models/<name>/versions/<version>"


@open_inference.get("")
def server_metadata() -> Response:
    """What the server is, and what it offers beyond the protocol."""
    return respond(ServerMetadata("addsup", __version__, list(EXTENSIONS)))


@open_inference.get("/health/live")
def live() -> Response:
    """The process answers."""
    return respond(Live(True))


@open_inference.get("/health/ready")
def ready() -> Response:
    """The model reproduced its golden texts."""
    _ = current().model
    return respond(Ready(True))


@open_inference.get(MODEL)
@open_inference.get(MODEL_VERSION)
def model_metadata(name: str, version: str | None = None) -> Response:
    """What the model takes and gives."""
    model = find_model(name, version)
    text = Tensor(TEXT, "BYTES", [-1])
    label = Tensor(LABEL, "BYTES", [-1])
    probabilities = Tensor(PROBABILITIES, "FP64", [-1, len(model.labels)])
    outputs = [label, probabilities]
    return respond(ModelMetadata(name, [model.version], PLATFORM, [text], outputs))


@open_inference.get(f"{MODEL}/ready")
@open_inference.get(f"{MODEL_VERSION}/ready")
def model_ready(name: str, version: str | None = None) -> Response:
    """The model is there, and reproduced its golden texts."""
    find_model(name, version)
    return respond(ModelReady(name, True))


@open_inference.post(f"{MODEL}/infer")
@open_inference.post(f"{MODEL_VERSION}/infer")
def infer(name: str, version: str | None = None) -> Response:
    """Classify the texts of a BYTES tensor."""
    model, carried = find_model(name, version), current()
    document, behind = binary.split(current_body(), request.headers.get(binary.HEADER))
    received = decode_with(DECODER, document, EXAMPLE)
    refuse_duplicates(document)
    texts, wanted = texts_of(received, behind), wanted_outputs(received)
    check_texts(texts, carried.settings, model.tokenizer, "/inputs/0/data")
    predictions = [each.prediction for each in classify(carried, texts)]
    outputs, parts = zip(
        *(output_tensor(each, predictions, model.labels) for each in wanted), strict=True
    )
    reply = InferenceResponse(name, model.version, list(outputs), received.id or UNSET)
    return with_binary_data(respond(reply), b"".join(parts))


def with_binary_data(response: Response, data: bytes) -> Response:
    """*response*, whose body is JSON, with *data* behind it, if there are any."""
    if data:
        document = response.get_data()
        response.headers[binary.HEADER] = str(len(document))
        response.content_type = binary.MEDIA_TYPE
        response.set_data(document + data)
    return response


def find_model(name: str, version: str | None) -> Model:
    """The model of this *name* and *version*; any version if None.

    Raises:
        ProblemError: it is another one that is served. HTTP 404.
    """
    carried = current()
    model, served = carried.model, carried.settings.model_name
    if name != served or version not in (None, model.version):
        raise ProblemError(
            ProblemType.MODEL_NOT_FOUND, f"The model here is {served}, version {model.version}."
        )
    return model
