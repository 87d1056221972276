"""`GET /livez`, `/readyz`, `/metrics`, `/model` and `/version`: what runs here, and how well."""

from __future__ import annotations

import platform
from typing import Any

import onnxruntime

from addsup import __version__
from addsup.server.extensions import Extensions
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.middleware.security import check_bearer
from addsup.server.schemas.responses import respond


def livez(request: Request) -> Reply:
    """The process answers. Restart it when this fails."""
    return respond(request, {"status": "live"})


def readyz(request: Request) -> Reply:
    """The model reproduced its golden texts. Send traffic when this succeeds."""
    _ = request.server.model
    return respond(request, {"status": "ready"})


def metrics(request: Request) -> Reply:
    """The counts of all workers, for Prometheus."""
    if token := request.server.settings.metrics_token:
        check_bearer(request, token)
    return Reply(*request.server.metrics.as_text(request.environ.get("HTTP_ACCEPT", "")))


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
    Route("/livez", "health", {"GET": livez}),
    Route("/readyz", "health", {"GET": readyz}),
    Route("/metrics", "health", {"GET": metrics}),
    Route("/model", "facts", {"GET": model}),
    Route("/version", "facts", {"GET": version}),
)
