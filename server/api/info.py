"""`GET /model` and `GET /version`: what runs here."""

from __future__ import annotations

import platform
from typing import Annotated, Any

import msgspec
import onnxruntime
from flask import Blueprint, Response
from msgspec import Meta

from server import VERSION
from server.extensions import current
from server.inference.manifest import DataSet, Figures
from server.schemas.responses import respond

info = Blueprint("info", __name__)


class ModelDocument(msgspec.Struct, frozen=True):
    """The model's card, as the model file states it."""

    name: Annotated[str, Meta(description="The name of the model file, and of the model in /v2.")]
    version: Annotated[str, Meta(description="The first 12 digits of its sha256.")]
    sha256: Annotated[str, Meta(description="Of the model file.", pattern="^[0-9a-f]{64}$")]
    labels: list[str]
    vocabulary: Annotated[int, Meta(ge=1, description="How many terms it counts.")]
    data: Annotated[DataSet, Meta(description="What it was fitted on.")]
    figures: Annotated[Figures, Meta(description="How well it does, by name.")]
    parameters: Annotated[dict[str, Any], Meta(description="What it was fitted with, by name.")]
    versions: Annotated[dict[str, str], Meta(description="The packages that made the file.")]


class VersionDocument(msgspec.Struct, frozen=True):
    """What runs here."""

    version: Annotated[str, Meta(description="Of the server and its API.")]
    model: Annotated[str, Meta(description="The version of the model; see /model.")]
    python: str
    onnxruntime: str


@info.get("/model")
def model() -> Response:
    """The model's card."""
    carried = current()
    served = carried.model
    card = served.manifest
    return respond(
        ModelDocument(
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
    )


@info.get("/version")
def version() -> Response:
    """The versions of what runs."""
    return respond(
        VersionDocument(
            VERSION, current().model.version, platform.python_version(), onnxruntime.__version__
        )
    )
