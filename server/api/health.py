"""`GET /livez`, `/readyz` and `/metrics`: what a platform asks."""

from __future__ import annotations

from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.middleware.security import check_bearer
from addsup.server.schemas.negotiation import respond


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


ROUTES = (
    Route("/livez", "health", {"GET": livez}),
    Route("/readyz", "health", {"GET": readyz}),
    Route("/metrics", "health", {"GET": metrics}),
)
