"""`GET /model` and `GET /version`: what runs here."""

from __future__ import annotations

import platform

import onnxruntime
from flask import Blueprint, Response

from addsup import __version__
from addsup.server.extensions import Extensions, current
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.responses import ModelDocument, VersionDocument

info = Blueprint("info", __name__)


@info.get("/model")
def model() -> Response:
    """The model's card."""
    return respond(model_document(current()))


def model_document(carried: Extensions) -> ModelDocument:
    """What the model file says of itself."""
    served = carried.model
    card = served.manifest
    return ModelDocument(
        carried.settings.model_name,
        served.version,
        served.sha256,
        list(card.labels),
        len(card.vocabulary),
        card.data,
        card.figures,
        card.parameters,
        card.versions,
    )


@info.get("/version")
def version() -> Response:
    """The versions of what runs."""
    return respond(
        VersionDocument(
            __version__, current().model.version, platform.python_version(), onnxruntime.__version__
        )
    )
