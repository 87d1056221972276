"""Error handlers: the one place where an error becomes an answer."""

from __future__ import annotations

from typing import Any, Final

import flask
from werkzeug.exceptions import HTTPException

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request, current_request
from addsup.server.middleware.security import is_well_formed_host
from addsup.server.observability.log_format import log_defect
from addsup.server.schemas.responses import encode, problem_document, wants_html
from addsup.server.web.views import render_form, submitted_text

PROBLEM_JSON: Final = "application/problem+json"
HTML: Final = "text/html; charset=utf-8"

OUR_FAULT: Final = "Something went wrong here, not in the request; the log has the place."

#: Protocols whose errors have the member `error`.
PROTOCOL_PATHS: Final = ("/v1/", "/v2")


def reply_to_error(error: Exception, request: Request) -> Reply:
    """What the client gets for *error*, which arose before Flask had the request."""
    problem = as_problem(error, request)
    if not for_a_browser(request):
        return as_document(problem, request)
    with request.server.flask().request_context(request.environ):
        return as_page(problem, request)


def flask_error(error: Exception) -> flask.Response:
    """What the client gets for *error*, which arose in a page."""
    request = current_request(flask.request.environ)
    problem = as_problem(error, request)
    make = as_page if for_a_browser(request) else as_document
    reply = make(problem, request)
    response = flask.Response(reply.body, reply.status, content_type=reply.content_type)
    response.headers.update(dict(reply.headers))
    return response


def as_problem(error: Exception, request: Request) -> ProblemError:
    """*error* in terms of our own tree. What is no one's fault but ours is logged."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _from_werkzeug(error, request)
    log_defect(error, request.id)
    return ProblemError(ProblemType.INTERNAL_ERROR, OUR_FAULT)


def _from_werkzeug(error: HTTPException, request: Request) -> ProblemError:
    allowed = set(getattr(error, "valid_methods", None) or ())
    usual = " or ".join(sorted(allowed - {"HEAD", "OPTIONS"}))
    known = {
        404: (ProblemType.ROUTE_NOT_FOUND, "Nothing is served at this path; the form is at /."),
        405: (
            ProblemType.METHOD_NOT_ALLOWED,
            f"{request.environ['REQUEST_METHOD']} is not allowed here; use {usual}.",
        ),
        413: (
            ProblemType.BODY_TOO_LARGE,
            "The form is larger than is read; a request body may have "
            f"{request.server.settings.max_body_bytes:,} bytes.",
        ),
        415: (
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "The Content-Type is not one that is read here.",
        ),
    }
    malformed = "The request is malformed; check its URL, headers and body."
    problem = known.get(error.code or 0, (ProblemType.BAD_REQUEST, malformed))
    headers = {"Allow": ", ".join(sorted(allowed))} if error.code == 405 else {}
    return ProblemError(*problem, headers=headers)


def for_a_browser(request: Request) -> bool:
    """Whether the request is for a page, by someone who would rather read HTML than JSON.

    Under a malformed host there are no links, and so no page.
    """
    of_people = request.route is None or request.route.group == "predict"
    environ = request.environ
    return of_people and wants_html(environ) and is_well_formed_host(environ)


def as_document(problem: ProblemError, request: Request) -> Reply:
    """*problem* for programs."""
    environ = request.environ
    document = problem_document(
        problem,
        request.id,
        protocol_v2=environ["PATH_INFO"].startswith(PROTOCOL_PATHS),
        root=environ.get("SCRIPT_NAME", ""),
    )
    return _reply(problem, encode(document), PROBLEM_JSON)


def as_page(problem: ProblemError, request: Request) -> Reply:
    """*problem* for people: beside the field if the form sent it, else on a page of its own.

    There has to be a context of Flask's.
    """
    has_form = request.route or flask.request.blueprint
    if has_form and problem.type.status < 500:
        html = render_form(submitted_text(), problem=problem)
    else:
        html = flask.render_template("error.html", problem=problem)
    return _reply(problem, html.encode(), HTML)


def _reply(problem: ProblemError, body: bytes, content_type: str) -> Reply:
    headers: list[tuple[str, Any]] = list(problem.headers.items())
    return Reply(body, content_type, problem.type.status, headers)
