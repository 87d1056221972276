"""Who may ask, and from where. What is not set up costs a request nothing."""

from __future__ import annotations

import hmac
from typing import Final

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from server.errors import Unauthorized
from server.settings import Settings

#: What `API_KEY` is for, and what pages of other origins may use: blueprints, by name.
WITH_KEY: Final = frozenset({"api", "v2"})
ACROSS_ORIGINS: Final = WITH_KEY | {"facts", "description"}

PREFLIGHT_SECONDS: Final = "7200"


def guard(app: Flask, settings: Settings) -> None:
    """Let *app* refuse, before it reads the body, what *settings* do not allow."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, 0, 0, 0)  # type: ignore[method-assign]
    if settings.cors_origins:
        _allow_origins(app, settings.cors_origins)
    if settings.api_key:
        _ask_for_key(app, settings.api_key)


def check_bearer(token: str) -> None:
    """Refuse a request that does not carry *token*.

    Raises:
        Unauthorized: HTTP 401.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        raise Unauthorized("Send the header Authorization: Bearer, then a space and the key.")


def _ask_for_key(app: Flask, key: str) -> None:
    def check() -> None:
        if request.blueprint in WITH_KEY and request.method != "OPTIONS":
            check_bearer(key)

    app.before_request(check)


def _allow_origins(app: Flask, allowed: frozenset[str]) -> None:
    everyone = "*" in allowed

    def add(response: Response) -> Response:
        if request.blueprint not in ACROSS_ORIGINS:
            return response
        headers = response.headers
        origin = request.headers.get("Origin")
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

    app.after_request(add)
