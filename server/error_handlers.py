"""The one place where an error becomes an answer."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from server.api.predict import api
from server.errors import (
    BadRequest,
    BodyTooLarge,
    InternalError,
    MethodNotAllowed,
    Problem,
    RouteNotFound,
    UnsupportedMediaType,
)
from server.extensions import current_settings
from server.observability.log_format import log_defect
from server.observability.request_log import current_exchange
from server.schemas.negotiation import wants_html
from server.schemas.responses import problem_document, respond
from server.web.views import page, render_form

#: Blueprints with pages for people. What is at no path may be meant for people too.
WITH_PAGES: Final = (page.name, api.name, None)

PROBLEM_JSON: Final = "application/problem+json"

OUR_FAULT: Final = InternalError(
    "Something went wrong here, not in the request; the log has the place."
)

V2_PATHS: Final = ("/v2", "/v2/")


def handle_errors(app: Flask) -> None:
    """Let *app* answer every error with a problem document, or with a page for a browser."""
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> Response:
    """What the client gets for *error*."""
    problem = as_problem(error)
    response = as_page(problem) if for_a_browser() else as_document(problem)
    response.headers.update(problem.headers)
    return response


def as_problem(error: Exception) -> Problem:
    """*error* in terms of our own tree. What is no one's fault but ours is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _from_werkzeug(error)
    log_defect(error, current_exchange().id)
    return OUR_FAULT


def _from_werkzeug(error: HTTPException) -> Problem:
    match error.code:
        case 404:
            return RouteNotFound("Nothing is served at this path; the form is at /.")
        case 405:
            allowed = set(getattr(error, "valid_methods", None) or ())
            said = " or ".join(sorted(allowed - {"HEAD", "OPTIONS"}))
            return MethodNotAllowed(f"{request.method} is not allowed here; use {said}.", allowed)
        case 413:
            return BodyTooLarge(
                "The form is larger than is read; a request body may have "
                f"{current_settings().max_body_bytes:,} bytes."
            )
        case 415:
            return UnsupportedMediaType("The Content-Type is not one that is read here.")
        case _:
            return BadRequest("The request is malformed; check its URL, headers and body.")


def for_a_browser() -> bool:
    """Whether the request is for a page, by someone who would rather read HTML than JSON."""
    return request.blueprint in WITH_PAGES and wants_html()


def as_document(problem: Problem) -> Response:
    """*problem* for programs."""
    document = problem_document(
        problem, current_exchange().id, protocol_v2=request.path.startswith(V2_PATHS)
    )
    return respond(document, problem.status, PROBLEM_JSON)


def as_page(problem: Problem) -> Response:
    """*problem* for people: beside the field if the form sent it, else on a page of its own."""
    if request.blueprint and problem.status < 500:
        html = render_form(problem=problem)
    else:
        html = render_template("error.html", problem=problem)
    return Response(html, problem.status)
