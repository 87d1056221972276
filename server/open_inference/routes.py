"""The routes of the protocol."""

from __future__ import annotations

from typing import Final

import msgspec
from flask import Blueprint, Response, request

from server import VERSION
from server.errors import BinaryTensor, ModelNotFound, UnsupportedMediaType
from server.extensions import current_model, current_settings
from server.inference.model import Model
from server.middleware.request_body import current_body
from server.open_inference.schemas import (
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
from server.open_inference.tensors import ONLY_JSON, output_tensor, reviews_of, wanted_outputs
from server.schemas.parsing import decode_with, refuse_duplicates
from server.schemas.responses import respond
from server.schemas.validation import check_reviews

v2 = Blueprint("v2", __name__, url_prefix="/v2")

DECODER: Final = msgspec.json.Decoder(InferenceRequest)
EXAMPLE: Final = (
    '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["A fine film."]}]}'
)
MODEL: Final = "/models/<name>"
MODEL_VERSION: Final = "/models/<name>/versions/<version>"


@v2.get("")
def server_metadata() -> Response:
    """What the server is. There are no extensions."""
    return respond(ServerMetadata("reviews", VERSION, []))


@v2.get("/health/live")
def live() -> Response:
    """The process answers."""
    return respond(Live(True))


@v2.get("/health/ready")
def ready() -> Response:
    """The model reproduced its golden reviews."""
    current_model()
    return respond(Ready(True))


@v2.get(MODEL)
@v2.get(MODEL_VERSION)
def model_metadata(name: str, version: str | None = None) -> Response:
    """What the model takes and gives."""
    model = find_model(name, version)
    text = Tensor(TEXT, "BYTES", [-1])
    label = Tensor(LABEL, "BYTES", [-1])
    probabilities = Tensor(PROBABILITIES, "FP64", [-1, len(model.labels)])
    outputs = [label, probabilities]
    return respond(ModelMetadata(name, [model.version], "onnxruntime_onnx", [text], outputs))


@v2.get(f"{MODEL}/ready")
@v2.get(f"{MODEL_VERSION}/ready")
def model_ready(name: str, version: str | None = None) -> Response:
    """The model is there, and reproduced its golden reviews."""
    find_model(name, version)
    return respond(ModelReady(name, True))


@v2.post(f"{MODEL}/infer")
@v2.post(f"{MODEL_VERSION}/infer")
def infer(name: str, version: str | None = None) -> Response:
    """Classify the reviews of a BYTES tensor."""
    model = find_model(name, version)
    asked = decode_request()
    reviews, names = reviews_of(asked), wanted_outputs(asked)
    settings = current_settings()
    pointer = "/inputs/0/data"
    check_reviews(reviews, settings.max_reviews, settings.max_review_chars, pointer)
    predictions = model.predict(reviews)
    outputs = [output_tensor(each, predictions, model.labels) for each in names]
    return respond(InferenceResponse(name, model.version, outputs, asked.id))


def find_model(name: str, version: str | None) -> Model:
    """The model of this *name* and *version*; any version if None.

    Raises:
        ModelNotFound: it is another one that is served. HTTP 404.
    """
    model, served = current_model(), current_settings().model_name
    if name != served or version not in (None, model.version):
        raise ModelNotFound(f"The model here is {served}, version {model.version}.")
    return model


def decode_request() -> InferenceRequest:
    """The body of the current request.

    Raises:
        BadRequest: it is not a request of the protocol, or has binary tensors. HTTP 400.
        UnsupportedMediaType: it claims to be something else. HTTP 415.
    """
    if "HTTP_INFERENCE_HEADER_CONTENT_LENGTH" in request.environ:
        raise BinaryTensor(ONLY_JSON)
    body = current_body()
    if request.mimetype not in ("application/json", ""):
        raise UnsupportedMediaType("Send JSON with the header Content-Type: application/json.")
    asked = decode_with(DECODER, body, EXAMPLE)
    refuse_duplicates(body)
    return asked
