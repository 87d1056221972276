"""`GET /model` and `GET /version`: what runs here."""

from __future__ import annotations

import platform

import onnxruntime

from addsup import __version__
from addsup.server.extensions import Extensions
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.responses import ModelDocument, VersionDocument


def model(request: Request) -> Reply:
    """The model's card."""
    return respond(request, model_document(request.server))


def model_document(server: Extensions) -> ModelDocument:
    """What the model file says of itself."""
    served = server.model
    card = served.manifest
    return ModelDocument(
        server.settings.served_name,
        served.version,
        served.sha256,
        list(card.labels),
        len(card.vocabulary),
        card.data,
        card.figures,
        card.parameters,
        card.versions,
    )


def version(request: Request) -> Reply:
    """The versions of what runs."""
    served = request.server.model.version
    python, runtime = platform.python_version(), onnxruntime.__version__
    return respond(request, VersionDocument(__version__, served, python, runtime))


ROUTES = (
    Route("/model", "facts", {"GET": model}),
    Route("/version", "facts", {"GET": version}),
)
