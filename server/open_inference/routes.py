"""The routes of the protocol."""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Blueprint, Response, request

from server import VERSION
from server.classification import classify
from server.errors import ProblemError, ProblemType
from server.extensions import current
from server.inference.model import Model
from server.middleware.request_body import current_body
from server.open_inference.tensors import ONLY_JSON, output_tensor, texts_of, wanted_outputs
from server.schemas.open_inference import (
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
from server.schemas.parsing import decode_with, refuse_duplicates
from server.schemas.responses import respond
from server.schemas.validation import check_reviews

open_inference = Blueprint("open_inference", __name__, url_prefix="/v2")

DECODER: Final = msgspec.json.Decoder(InferenceRequest)
EXAMPLE: Final = (
    '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["A fine film."]}]}'
)
MODEL: Final = "/models/<name>"
MODEL_VERSION: Final = "/models/<name>/versions/<version>"


@open_inference.get("")
def server_metadata() -> Response:
    """What the server is. There are no extensions."""
    return respond(ServerMetadata("reviews", VERSION, []))


@open_inference.get("/health/live")
def live() -> Response:
    """The process answers."""
    return respond(Live(True))


@open_inference.get("/health/ready")
def ready() -> Response:
    """The model reproduced its golden reviews."""
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
    return respond(ModelMetadata(name, [model.version], "onnxruntime_onnx", [text], outputs))


@open_inference.get(f"{MODEL}/ready")
@open_inference.get(f"{MODEL_VERSION}/ready")
def model_ready(name: str, version: str | None = None) -> Response:
    """The model is there, and reproduced its golden reviews."""
    find_model(name, version)
    return respond(ModelReady(name, True))


@open_inference.post(f"{MODEL}/infer")
@open_inference.post(f"{MODEL_VERSION}/infer")
def infer(name: str, version: str | None = None) -> Response:
    """Classify the reviews of a BYTES tensor."""
    model = find_model(name, version)
    received, carried = decode_request(), current()
    texts, names = texts_of(received), wanted_outputs(received)
    settings = carried.settings
    check_reviews(texts, settings.max_reviews, settings.max_review_chars, "/inputs/0/data")
    predictions = [each.prediction for each in classify(carried, texts)]
    outputs = [output_tensor(each, predictions, model.labels) for each in names]
    return respond(InferenceResponse(name, model.version, outputs, received.id))


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


def decode_request() -> InferenceRequest:
    """The body of the current request.

    Raises:
        ProblemError: it is not a request of the protocol, or has binary tensors. HTTP 400.
        ProblemError: it claims to be something else. HTTP 415.
    """
    if "HTTP_INFERENCE_HEADER_CONTENT_LENGTH" in request.environ:
        raise ProblemError(ProblemType.BINARY_TENSOR, ONLY_JSON)
    body = current_body()
    if request.mimetype not in ("application/json", ""):
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "Send JSON with the header Content-Type: application/json.",
        )
    received = decode_with(DECODER, body, EXAMPLE)
    refuse_duplicates(body)
    return received
