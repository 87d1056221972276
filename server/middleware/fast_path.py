"""Fast path of an ordinary prediction: one POST to /predict, JSON in and JSON out, without Flask.

Flask's routing, contexts and objects for a request and its response take longer than the model. So
a request that is like most is answered before Flask, by the functions that the view is made of.
Whatever is not ordinary, or not right, goes on to Flask with what has been parsed already: there is
still one place where an error becomes an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from addsup.server.classification import classify
from addsup.server.errors import ProblemError
from addsup.server.extensions import Extensions
from addsup.server.middleware.request_body import take_body
from addsup.server.observability.request_log import Application, current_exchange
from addsup.server.schemas.negotiation import encode_reply
from addsup.server.schemas.parsing import PARSED, Texts, parse_json
from addsup.server.schemas.responses import predictions_document
from addsup.server.schemas.validation import check_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from addsup.inference.model import Model

PATH: Final = "/predict"
JSON: Final = "application/json"

#: A host that Werkzeug, too, would find nothing wrong with.
PLAIN_HOST: Final = re.compile(
    r"(?=[A-Za-z0-9])[A-Za-z0-9-]{0,63}(?:\.[A-Za-z0-9-]{1,63})*\.?(?::[0-9]{1,5})?"
)


class FastPath:
    """The application, with a shorter way through it."""

    def __init__(self, application: Application, carried: Extensions) -> None:
        self.application = application
        self.carried = carried

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        model = self.carried.loaded_model
        texts = self._texts(environ, model) if model and is_ordinary(environ) else None
        if texts is None:
            return self.application(environ, start_response)
        exchange = current_exchange()
        exchange.route, exchange.method = PATH, "POST"
        found = classify(self.carried, texts.items)
        document = predictions_document(found, is_batch=texts.is_batch)
        try:
            answer = encode_reply(document, self.carried.settings.max_reply_bytes)
        except ProblemError as problem:
            environ[PARSED] = problem
            return self.application(environ, start_response)
        start_response("200 OK", [("Content-Type", JSON), ("Content-Length", str(len(answer)))])
        return [answer]

    def _texts(self, environ: WSGIEnvironment, model: Model) -> Texts | None:
        """The validated texts; None, and the problem in the environment, if there is one."""
        settings = self.carried.settings
        try:
            texts = parse_json(take_body(environ, settings.max_body_bytes))
            if not texts.by_item:
                check_request(texts, settings, model.tokenizer)
        except ProblemError as problem:
            environ[PARSED] = problem
            return None
        environ[PARSED] = texts
        return None if texts.by_item else texts


def is_ordinary(environ: WSGIEnvironment) -> bool:
    """Whether a request can only be one for predictions as JSON from JSON."""
    return (
        environ["PATH_INFO"] == PATH
        and environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == JSON
        and not environ.get("QUERY_STRING")
        and "html" not in environ.get("HTTP_ACCEPT", "")
        and PLAIN_HOST.fullmatch(environ.get("HTTP_HOST", "")) is not None
    )


def add_fast_path(application: Application, carried: Extensions) -> Application:
    """Answer ordinary requests before *application*, unless who sends them has to be checked."""
    settings = carried.settings
    if settings.api_key or settings.cors_origins or settings.trusted_hosts:
        return application
    return FastPath(application, carried)
