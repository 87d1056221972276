"""`GET /livez` and `GET /readyz`: what a platform asks before it sends traffic."""

from __future__ import annotations

from flask import Blueprint, Response

from server.current import current_model
from server.documents import StateDocument, respond

health = Blueprint("health", __name__)


@health.get("/livez")
def livez() -> Response:
    """The process answers. Restart it when this fails."""
    return respond(StateDocument("live"))


@health.get("/readyz")
def readyz() -> Response:
    """The model reproduced its golden reviews. Send traffic when this succeeds."""
    current_model()
    return respond(StateDocument("ready"))
