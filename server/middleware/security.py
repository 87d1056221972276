"""Security of requests: hosts, proxies, cross-site forms, CORS and bearer tokens."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wsgi import get_host

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import Extensions
from addsup.server.http.request import JSON, Request, current_request
from addsup.server.observability.request_log import Application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Groups of routes that `API_KEY` is for, and that pages of other origins may use.
WITH_KEY: Final = frozenset({"predict", "protocol"})
ACROSS_ORIGINS: Final = WITH_KEY | {"facts"}

#: What `Sec-Fetch-Site` says when the person at the browser, or a page of ours, sent the request.
OWN_SITE: Final = frozenset({"same-origin", "none"})

#: A host in which werkzeug finds nothing wrong either.
PLAIN_HOST: Final = re.compile(
    r"(?=[A-Za-z0-9])[A-Za-z0-9-]{0,63}(?:\.[A-Za-z0-9-]{1,63})*\.?(?::[0-9]{1,5})?"
)

PREFLIGHT_SECONDS: Final = "7200"
PREFLIGHT_HEADERS: Final = (
    "Authorization, Content-Type, Content-Encoding, X-Request-ID, Inference-Header-Content-Length, "
    "traceparent, tracestate, baggage"
)


def trust_proxies(application: Application, server: Extensions) -> Application:
    """Believe `X-Forwarded-For`, `-Proto` and `-Prefix` of as many proxies as may be believed."""
    hops = server.settings.trusted_proxies
    return ProxyFix(application, hops, hops, 0, 0, hops) if hops else application


def mount(application: Application, server: Extensions) -> Application:
    """Let links begin with `ROOT_PATH`, whether or not a proxy takes it off the paths."""
    root = server.settings.root_path
    if not root:
        return application

    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        environ["SCRIPT_NAME"] = root
        if path == root or path.startswith(f"{root}/"):
            environ["PATH_INFO"] = path.removeprefix(root) or "/"
        return application(environ, start_response)

    return mounted


def check_host(request: Request) -> None:
    """Refuse a request whose Host is malformed (ProblemError, HTTP 400)."""
    if not is_well_formed_host(request.environ):
        raise ProblemError(
            ProblemType.BAD_REQUEST, "The request is malformed; check its URL, headers and body."
        )


def is_well_formed_host(environ: WSGIEnvironment) -> bool:
    """Whether links can be made from the Host header."""
    if PLAIN_HOST.fullmatch(environ.get("HTTP_HOST", "")):
        return True
    try:
        return bool(get_host(environ).encode("idna"))
    except (SecurityError, UnicodeError):
        return False


def check_trusted_host(request: Request) -> None:
    """Refuse a request for a host that is not one of `TRUSTED_HOSTS`.

    A platform asks about health by whatever address it knows the server under.

    Raises:
        ProblemError: HTTP 400.
    """
    if request.route and request.route.group == "health":
        return
    if _name(request.environ.get("HTTP_HOST", "")) not in (
        request.server.settings.trusted_hosts or ()
    ):
        raise ProblemError(
            ProblemType.UNTRUSTED_HOST, "Requests for this host are not answered here."
        )


def check_cross_site(request: Request) -> None:
    """Refuse a form that a page of another site, none of `CORS_ORIGINS`, had a browser send.

    JSON is not looked at: a browser sends it across sites only after CORS has allowed it.

    Raises:
        ProblemError: HTTP 403.
    """
    if request.method != "POST" or request.media_type == JSON:
        return
    environ, origins = request.environ, request.server.settings.cors_origins or ()
    origin, site = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
    if origin in origins or "*" in origins:
        return
    own = origin is None or origin.partition("://")[2] == environ.get("HTTP_HOST", "")
    if not (own if site is None else site in OWN_SITE):
        raise ProblemError(
            ProblemType.CROSS_SITE,
            "This form was sent by a page of another site: use the form here. If it was, a proxy "
            "in front has to pass the Host header on (nginx: proxy_set_header Host $http_host).",
        )


def _name(host: str) -> str:
    """*host* without its port, in lower case."""
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdecimal() else host.lower()


def check_api_key(request: Request) -> None:
    """Refuse a request without the key that its route needs (ProblemError, HTTP 401)."""
    key, route = request.server.settings.api_key, request.route
    if key and route and route.group in WITH_KEY and request.method != "OPTIONS":
        check_bearer(request, key)


def check_bearer(request: Request, token: str) -> None:
    """Refuse a request that does not carry *token* (ProblemError, HTTP 401)."""
    header = request.environ.get("HTTP_AUTHORIZATION", "")
    scheme, _, given = header.partition(" ")
    same = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        raise ProblemError(
            ProblemType.UNAUTHORIZED,
            "Send the header Authorization: Bearer, then a space and the key.",
        )


def allow_origins(application: Application, server: Extensions) -> Application:
    """Let pages of `CORS_ORIGINS` read what *application* answers, where its route is for them."""
    allowed = server.settings.cors_origins
    if not allowed:
        return application

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = current_request(environ)
        if not request.route or request.route.group not in ACROSS_ORIGINS:
            return application(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            headers += cors_headers(allowed, environ.get("HTTP_ORIGIN"))
            if request.method == "OPTIONS":
                headers += _preflight_headers(headers)
            return start_response(status, headers, error)

        return application(environ, start)

    return answer


def cors_headers(allowed: frozenset[str], origin: str | None) -> list[tuple[str, str]]:
    """What lets a page of *origin* read an answer, if it is one of those *allowed*."""
    everyone = "*" in allowed
    vary = [] if everyone else [("Vary", "Origin")]
    if origin is None or not (everyone or origin in allowed):
        return vary
    return [
        *vary,
        ("Access-Control-Allow-Origin", "*" if everyone else origin),
        ("Access-Control-Expose-Headers", "X-Request-ID, Retry-After"),
    ]


def _preflight_headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a browser may send after *headers*, the answer to its OPTIONS, let it."""
    methods = next((value for name, value in headers if name == "Allow"), "")
    return [
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", PREFLIGHT_HEADERS),
        ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
    ]
