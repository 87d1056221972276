"""`GET /model` and `GET /version`: what runs here."""

from __future__ import annotations

import platform
from typing import Any

import onnxruntime

from addsup import __version__
from addsup.server.extensions import Extensions
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.schemas.negotiation import respond


def model(request: Request) -> Reply:
    """The model's card."""
    return respond(request, model_document(request.server))


def model_document(server: Extensions) -> dict[str, Any]:
    """What the model file says of itself."""
    served = server.model
    card = served.manifest
    return {
        "name": server.settings.served_name,
        "version": served.version,
        "sha256": served.sha256,
        "labels": card.labels,
        "vocabulary": len(card.vocabulary),
        "data": card.data,
        "figures": card.figures,
        "parameters": card.parameters,
        "versions": card.versions,
    }


def version(request: Request) -> Reply:
    """The versions of what runs."""
    document = {
        "version": __version__,
        "model": request.server.model.version,
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
    }
    return respond(request, document)


ROUTES = (
    Route("/model", "facts", {"GET": model}),
    Route("/version", "facts", {"GET": version}),
)
