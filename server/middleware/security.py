"""Security of requests: hosts, proxies, cross-site forms, CORS and bearer tokens."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Request, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import Extensions, current
from addsup.server.observability.request_log import Application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON: Final = "application/json"

#: Blueprints, by name, that `API_KEY` is for, and that pages of other origins may use.
WITH_KEY: Final = frozenset({"api", "open_inference", "kserve_v1"})
ACROSS_ORIGINS: Final = WITH_KEY | {"info", "openapi"}

#: A platform asks these by whatever address it knows the server under.
OF_ANY_HOST: Final = frozenset({"health.livez", "health.readyz"})

#: What `Sec-Fetch-Site` says when the person at the browser, or a page of ours, sent the request.
OWN_SITE: Final = frozenset({"same-origin", "none"})

PREFLIGHT_SECONDS: Final = "7200"


def trust_proxies(application: Application, carried: Extensions) -> Application:
    """Believe `X-Forwarded-For`, `-Proto` and `-Prefix` of as many proxies as may be believed."""
    hops = carried.settings.trusted_proxies
    return ProxyFix(application, hops, hops, 0, 0, hops) if hops else application


def mount(application: Application, carried: Extensions) -> Application:
    """Let links begin with `ROOT_PATH`, whether or not a proxy takes it off the paths."""
    root = carried.settings.root_path
    if not root:
        return application

    def mounted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        environ["SCRIPT_NAME"] = root
        if path == root or path.startswith(f"{root}/"):
            environ["PATH_INFO"] = path.removeprefix(root) or "/"
        return application(environ, start_response)

    return mounted


def check_host() -> None:
    """Refuse a request for a host that is not one of `TRUSTED_HOSTS`.

    Raises:
        ProblemError: HTTP 400.
    """
    hosts = current().settings.trusted_hosts
    if hosts and not (_name(_host(request)) in hosts or request.endpoint in OF_ANY_HOST):
        raise ProblemError(
            ProblemType.UNTRUSTED_HOST, "Requests for this host are not answered here."
        )


def check_cross_site() -> None:
    """Refuse a form that a browser was tricked into sending.

    Raises:
        ProblemError: HTTP 403.
    """
    origins = current().settings.cors_origins or frozenset()
    if request.method == "POST" and is_cross_site(request, origins):
        raise ProblemError(
            ProblemType.CROSS_SITE,
            "This form was sent by a page of another site: use the form here. If it was, a proxy "
            "in front has to pass the Host header on (nginx: proxy_set_header Host $http_host).",
        )


def is_cross_site(received: Request, origins: frozenset[str]) -> bool:
    """Whether *received* is a form that a page of another site sent, none of *origins*.

    JSON is not looked at: a browser sends it across sites only after CORS has allowed it.
    """
    if received.environ.get("CONTENT_TYPE") == JSON or received.mimetype == JSON:
        return False
    origin, site = received.headers.get("Origin"), received.headers.get("Sec-Fetch-Site")
    if origin in origins or "*" in origins:
        return False
    if site is not None:
        return site not in OWN_SITE
    return origin is not None and _authority(origin) != _host(received)


def _authority(origin: str) -> str | None:
    """Host and port of an origin; None if it is malformed (such as `http://[x]`)."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host(received: Request) -> str:
    host: str = received.environ.get("HTTP_HOST", "")
    return host


def _name(host: str) -> str:
    """*host* without its port, in lower case."""
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdecimal() else host.lower()


def check_api_key() -> None:
    """Refuse a request without the key that its route needs.

    Raises:
        ProblemError: HTTP 401.
    """
    key = current().settings.api_key
    if key and request.blueprint in WITH_KEY and request.method != "OPTIONS":
        check_bearer(key)


def check_bearer(token: str) -> None:
    """Refuse a request that does not carry *token*.

    Raises:
        ProblemError: HTTP 401.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        raise ProblemError(
            ProblemType.UNAUTHORIZED,
            "Send the header Authorization: Bearer, then a space and the key.",
        )


def add_cors_headers(response: Response) -> Response:
    """Let pages of `CORS_ORIGINS` read *response*, where its route is for them."""
    if request.blueprint not in ACROSS_ORIGINS:
        return response
    allowed = current().settings.cors_origins or frozenset()
    everyone, headers, origin = "*" in allowed, response.headers, request.headers.get("Origin")
    if not everyone:
        response.vary.add("Origin")
    if origin is None or not (everyone or origin in allowed):
        return response
    headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
    headers["Access-Control-Expose-Headers"] = "X-Request-ID, Retry-After"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
        headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-Request-ID"
        headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response
