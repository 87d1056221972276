"""The short way of an ordinary question: one POST to /predict, JSON in and JSON out.

Flask's routing, contexts and objects for a request and its response take longer than the model. So
a request that is like most is answered before Flask, by the functions that the view is made of.
Whatever is not ordinary, or not right, goes the whole way: there is still one place where
an error becomes an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask

from server.api.predict import JSON, check, predicted
from server.errors import Problem
from server.extensions import MODEL
from server.inference.model import Model
from server.middleware.request_body import take_body
from server.observability.request_log import current_exchange
from server.schemas.parsing import decode
from server.schemas.responses import encode
from server.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH: Final = "/predict"

#: A host that Werkzeug, too, would find nothing wrong with.
PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


class ShortWay:
    """The application, with a short way through it."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.whole_way = app.wsgi_app
        self.extensions = app.extensions
        self.settings = settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        model = self.extensions.get(MODEL)
        answer = self._answer(environ, model) if model and is_ordinary(environ) else None
        if answer is None:
            return self.whole_way(environ, start_response)
        exchange = current_exchange()
        exchange.route, exchange.method = PATH, "POST"
        start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, environ: WSGIEnvironment, model: Model) -> bytes | None:
        try:
            asked = decode(take_body(environ, self.settings.max_body_bytes))
            check(asked, self.settings)
        except Problem:
            return None
        return encode(predicted(asked, model))


def is_ordinary(environ: WSGIEnvironment) -> bool:
    """Whether a request can only be a question in JSON that wants an answer in JSON."""
    return (
        environ["PATH_INFO"] == PATH
        and environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == JSON
        and not environ.get("QUERY_STRING")
        and "html" not in environ.get("HTTP_ACCEPT", "")
        and PLAIN_HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
    )


def take_short_way(app: Flask, settings: Settings) -> None:
    """Let *app* answer ordinary questions without Flask, unless it has to look who asks.

    To be called before anything else is put in front of Flask.
    """
    if not (settings.api_key or settings.cors_origins or settings.trusted_hosts):
        app.wsgi_app = ShortWay(app, settings)  # type: ignore[method-assign]
