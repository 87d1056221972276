"""Routes of the Open Inference Protocol, and of KServe's version 1: metadata and inference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from addsup import __version__
from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Handler, Route
from addsup.server.open_inference import binary
from addsup.server.open_inference.tensors import (
    LABEL,
    PROBABILITIES,
    TEXT,
    InferenceRequest,
    output_tensor,
    texts_of,
    wanted_outputs,
)
from addsup.server.schemas.parsing import decode_with, refuse_duplicates
from addsup.server.schemas.responses import predictions_document, respond
from addsup.server.schemas.validation import check_texts

if TYPE_CHECKING:
    from addsup.inference.model import Model


class V1Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/models/{name}:predict`."""

    instances: list[str]


DECODER: Final = msgspec.json.Decoder(InferenceRequest)
V1_DECODER: Final = msgspec.json.Decoder(V1Request)
EXAMPLE: Final = (
    '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["A fine film."]}]}'
)
EXTENSIONS: Final = ("binary_tensor_data", "model_configuration", "statistics", "model_repository")
PLATFORM: Final = "onnxruntime_onnx"
MODEL: Final = "/v2/models/<name>"
MODEL_VERSION: Final = "/v2/models/<name>/versions/<version>"


def server_metadata(request: Request) -> Reply:
    """What the server is, and what it offers beyond the protocol."""
    return respond(request, {"name": "addsup", "version": __version__, "extensions": EXTENSIONS})


def live(request: Request) -> Reply:
    """The process answers."""
    return respond(request, {"live": True})


def ready(request: Request) -> Reply:
    """The model reproduced its golden texts."""
    _ = request.server.model
    return respond(request, {"ready": True})


def model_metadata(request: Request) -> Reply:
    """What the model takes and gives."""
    model = find_model(request)
    labels = {"name": LABEL, "datatype": "BYTES", "shape": [-1]}
    shape = [-1, len(model.labels)]
    document = {
        "name": request.names["name"],
        "versions": [model.version],
        "platform": PLATFORM,
        "inputs": [{"name": TEXT, "datatype": "BYTES", "shape": [-1]}],
        "outputs": [labels, {"name": PROBABILITIES, "datatype": "FP64", "shape": shape}],
    }
    return respond(request, document)


def model_ready(request: Request) -> Reply:
    """The model is there, and reproduced its golden texts."""
    find_model(request)
    return respond(request, {"name": request.names["name"], "ready": True})


def infer(request: Request) -> Reply:
    """Classify the texts of a BYTES tensor."""
    model, settings = find_model(request), request.server.settings
    document, behind = binary.split(request.body, request.environ.get(binary.ENVIRON))
    received = decode_with(DECODER, document, EXAMPLE)
    refuse_duplicates(document)
    texts, wanted = texts_of(received, behind), wanted_outputs(received)
    check_texts(texts, settings, model.tokenizer, "/inputs/0/data")
    predictions = [each.prediction for each in classify(request, texts)]
    outputs, parts = zip(
        *(output_tensor(*each, predictions, model.labels) for each in wanted.items()), strict=True
    )
    answer = {
        "model_name": request.names["name"],
        "model_version": model.version,
        "outputs": outputs,
        **({"id": received.id} if received.id else {}),
    }
    return with_binary_data(respond(request, answer), b"".join(parts))


def v1_models(request: Request) -> Reply:
    """The one model that there is."""
    return respond(request, {"models": [request.server.settings.served_name]})


def v1_predict(request: Request) -> Reply:
    """Classify the texts that are the instances, with the answer of /predict."""
    model, body = find_model(request), request.body
    texts = decode_with(V1_DECODER, body, '{"instances": ["A fine film."]}').instances
    refuse_duplicates(body)
    check_texts(texts, request.server.settings, model.tokenizer, "/instances")
    return respond(request, predictions_document(classify(request, texts), is_batch=True))


def with_binary_data(reply: Reply, data: bytes) -> Reply:
    """*reply*, whose body is JSON, with *data* behind it, if there are any."""
    if not data:
        return reply
    length = (binary.HEADER, str(len(reply.body)))
    return Reply(reply.body + data, binary.MEDIA_TYPE, headers=[length])


def find_model(request: Request) -> Model:
    """The model of the name and version in the path; any version if it names none.

    Raises:
        ProblemError: it is another one that is served. HTTP 404.
    """
    server, names = request.server, request.names
    model, served = server.model, server.settings.served_name
    if names.get("name", served) != served or names.get("version") not in (None, model.version):
        raise ProblemError(
            ProblemType.MODEL_NOT_FOUND, f"The model here is {served}, version {model.version}."
        )
    return model


def of_model(path: str, method: str, handler: Handler) -> tuple[Route, Route]:
    """*handler* at *path* below the model, without a version and with one."""
    return (
        Route(MODEL + path, "protocol", {method: handler}),
        Route(MODEL_VERSION + path, "protocol", {method: handler}),
    )


ROUTES: Final = (
    Route("/v2", "protocol", {"GET": server_metadata}),
    Route("/v2/health/live", "health", {"GET": live}),
    Route("/v2/health/ready", "health", {"GET": ready}),
    *of_model("", "GET", model_metadata),
    *of_model("/ready", "GET", model_ready),
    *of_model("/infer", "POST", infer),
    Route("/v1/models", "protocol", {"GET": v1_models}),
    Route("/v1/models/<name>", "protocol", {"GET": model_ready}),
    Route("/v1/models/<name>:predict", "protocol", {"POST": v1_predict}),
)
