"""Dispatch: what every request passes, before the function that answers it or a page of Flask's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from addsup.server.extensions import Extensions
from addsup.server.http.request import Request, current_request
from addsup.server.middleware.request_body import read_body
from addsup.server.middleware.security import (
    check_api_key,
    check_cross_site,
    check_host,
    check_trusted_host,
)
from addsup.server.observability.request_log import Application
from addsup.server.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Check = Callable[[Request], None]


def checks(settings: Settings) -> tuple[Check, ...]:
    """What a request has to pass, in this order; each raises a ProblemError."""
    asked: Final = (
        (check_host, True),
        (check_trusted_host, settings.trusted_hosts),
        (check_cross_site, True),
        (check_api_key, settings.api_key),
        (read_body, True),
    )
    return tuple(check for check, wanted in asked if wanted)


def dispatch(pages: Application, server: Extensions) -> Application:
    """Answer what has a route by its function, and leave the rest to *pages*."""
    before = checks(server.settings)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = current_request(environ)
        try:
            for check in before:
                check(request)
            route = request.route
            if route is None:
                return pages(environ, start_response)
            reply = route.answer(request)
        except Exception as error:
            reply = server.reply_to_error(error, request)
        return reply.send(request, start_response)

    return answer
