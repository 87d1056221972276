"""Error handlers: the one place where an error becomes an answer."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from addsup.server.api.predict import api
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.observability.log_format import log_defect
from addsup.server.observability.request_log import current_exchange
from addsup.server.schemas.negotiation import wants_html
from addsup.server.schemas.responses import encode, problem_document
from addsup.server.web.views import render_form, submitted_text, web

#: Blueprints with pages for people. What is at no path may be meant for people too.
WITH_PAGES: Final = (web.name, api.name, None)

PROBLEM_JSON: Final = "application/problem+json"

OUR_FAULT: Final = "Something went wrong here, not in the request; the log has the place."

#: Protocols whose errors have the member `error`.
PROTOCOL_PATHS: Final = ("/v1/", "/v2")


def answer(error: Exception) -> Response:
    """What the client gets for *error*."""
    problem = as_problem(error)
    response = as_page(problem) if for_a_browser() else as_document(problem)
    response.headers.update(problem.headers)
    return response


def as_problem(error: Exception) -> ProblemError:
    """*error* in terms of our own tree. What is no one's fault but ours is logged."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _from_werkzeug(error)
    log_defect(error, current_exchange().id)
    return ProblemError(ProblemType.INTERNAL_ERROR, OUR_FAULT)


def _from_werkzeug(error: HTTPException) -> ProblemError:
    match error.code:
        case 404:
            return ProblemError(
                ProblemType.ROUTE_NOT_FOUND, "Nothing is served at this path; the form is at /."
            )
        case 405:
            allowed = set(getattr(error, "valid_methods", None) or ())
            said = " or ".join(sorted(allowed - {"HEAD", "OPTIONS"}))
            return ProblemError(
                ProblemType.METHOD_NOT_ALLOWED,
                f"{request.method} is not allowed here; use {said}.",
                headers={"Allow": ", ".join(sorted(allowed))},
            )
        case 413:
            return ProblemError(
                ProblemType.BODY_TOO_LARGE,
                "The form is larger than is read; a request body may have "
                f"{current().settings.max_body_bytes:,} bytes.",
            )
        case 415:
            return ProblemError(
                ProblemType.UNSUPPORTED_MEDIA_TYPE, "The Content-Type is not one that is read here."
            )
        case _:
            return ProblemError(
                ProblemType.BAD_REQUEST,
                "The request is malformed; check its URL, headers and body.",
            )


def for_a_browser() -> bool:
    """Whether the request is for a page, by someone who would rather read HTML than JSON."""
    bad_host = request.routing_exception is not None and request.routing_exception.code == 400
    return request.blueprint in WITH_PAGES and not bad_host and wants_html()  # it has no links


def as_document(problem: ProblemError) -> Response:
    """*problem* for programs."""
    document = problem_document(
        problem,
        current_exchange().id,
        protocol_v2=request.path.startswith(PROTOCOL_PATHS),
        root=request.script_root,
    )
    return Response(encode(document), problem.type.status, content_type=PROBLEM_JSON)


def as_page(problem: ProblemError) -> Response:
    """*problem* for people: beside the field if the form sent it, else on a page of its own."""
    if request.blueprint and problem.type.status < 500:
        html = render_form(submitted_text(), problem=problem)
    else:
        html = render_template("error.html", problem=problem)
    return Response(html, problem.type.status)
