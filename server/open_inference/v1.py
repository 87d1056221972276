"""KServe's protocol of version 1: texts in, the documents of /predict out."""

from __future__ import annotations

from typing import Final

import msgspec

from addsup.server.classification import classify
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.open_inference.routes import find_model, model_ready
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.parsing import decode_with, refuse_duplicates
from addsup.server.schemas.responses import predictions_document
from addsup.server.schemas.validation import check_texts


class V1Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/models/{name}:predict`."""

    instances: list[str]


DECODER: Final = msgspec.json.Decoder(V1Request)


def models(request: Request) -> Reply:
    """The one model that there is."""
    return respond(request, {"models": [request.server.settings.served_name]})


def predict_instances(request: Request) -> Reply:
    """Classify the texts that are the instances."""
    model, body = find_model(request), request.body
    texts = decode_with(DECODER, body, '{"instances": ["A fine film."]}').instances
    refuse_duplicates(body)
    check_texts(texts, request.server.settings, model.tokenizer, "/instances")
    return respond(request, predictions_document(classify(request, texts), is_batch=True))


ROUTES: Final = (
    Route("/v1/models", "protocol", {"GET": models}),
    Route("/v1/models/<name>", "protocol", {"GET": model_ready}),
    Route("/v1/models/<name>:predict", "protocol", {"POST": predict_instances}),
)
