"""KServe's protocol of version 1: texts in, the documents of /predict out."""

from __future__ import annotations

from typing import Final

import msgspec
from addsup.server.classification import classify
from addsup.server.extensions import current
from addsup.server.middleware.request_body import current_body
from addsup.server.open_inference.routes import find_model
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.open_inference import ModelReady, V1Models, V1Request
from addsup.server.schemas.parsing import decode_with, refuse_duplicates
from addsup.server.schemas.responses import predictions_document
from addsup.server.schemas.validation import check_texts
from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

kserve_v1 = Blueprint("kserve_v1", __name__, url_prefix="/v1/models")

DECODER: Final = msgspec.json.Decoder(V1Request)


class ModelName(BaseConverter):
    """A model's name in a path, without the verb that may follow a colon."""

    regex = "[^/:]+"


@kserve_v1.record_once
def add_converter(state: BlueprintSetupState) -> None:
    """Let the routes below use `ModelName`."""
    state.app.url_map.converters["model"] = ModelName


@kserve_v1.get("")
def models() -> Response:
    """The one model that there is."""
    return respond(V1Models([current().settings.model_name]))


@kserve_v1.get("/<model:name>")
def ready(name: str) -> Response:
    """The model is there, and reproduced its golden texts."""
    find_model(name, None)
    return respond(ModelReady(name, True))


@kserve_v1.post("/<model:name>:predict")
def predict(name: str) -> Response:
    """Classify the texts that are the instances."""
    find_model(name, None)
    body, carried = current_body(), current()
    texts = decode_with(DECODER, body, '{"instances": ["A fine film."]}').instances
    refuse_duplicates(body)
    check_texts(texts, carried.settings, carried.model.tokenizer, "/instances")
    return respond(predictions_document(classify(carried, texts), is_batch=True))
