"""`GET /livez`, `/readyz` and `/metrics`: what a platform asks."""

from __future__ import annotations

from addsup.server.extensions import current
from addsup.server.middleware.security import check_bearer
from addsup.server.schemas.negotiation import respond
from addsup.server.schemas.responses import StateDocument
from flask import Blueprint, Response, request

health = Blueprint("health", __name__)


@health.get("/livez")
def livez() -> Response:
    """The process answers. Restart it when this fails."""
    return respond(StateDocument("live"))


@health.get("/readyz")
def readyz() -> Response:
    """The model reproduced its golden texts. Send traffic when this succeeds."""
    _ = current().model
    return respond(StateDocument("ready"))


@health.get("/metrics")
def metrics() -> Response:
    """The counts of all workers, for Prometheus."""
    carried = current()
    if token := carried.settings.metrics_token:
        check_bearer(token)
    text, media_type = carried.metrics.as_text(request.headers.get("Accept", ""))
    return Response(text, content_type=media_type)
