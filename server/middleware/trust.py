"""Refuses requests that a browser was tricked into, or that are for another host."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, request

from server.errors import CrossSite, UntrustedHost
from server.settings import Settings

JSON: Final = "application/json"

#: A platform asks these by whatever address it knows the server under.
OF_ANY_HOST: Final = frozenset({"health.livez", "health.readyz"})

#: What `Sec-Fetch-Site` says when the person at the browser, or a page of ours, sent the request.
OWN_SITE: Final = frozenset({"same-origin", "none"})


def check_trust(app: Flask, settings: Settings) -> None:
    """Let *app* refuse what is not for it, or not from where it says."""
    hosts, origins = settings.trusted_hosts, settings.cors_origins or frozenset()

    def check() -> None:
        if hosts and not _is_for(hosts, request):
            raise UntrustedHost("Requests for this host are not answered here.")
        if request.method == "POST" and is_cross_site(request, origins):
            raise CrossSite("This form was sent by a page of another site; use the form at /.")

    app.before_request(check)


def _is_for(hosts: frozenset[str], asked: Request) -> bool:
    named = _name(asked.environ.get("HTTP_HOST", ""))
    return named in hosts or asked.endpoint in OF_ANY_HOST


def is_cross_site(asked: Request, origins: frozenset[str]) -> bool:
    """Whether *asked* is a form that a page of another site sent.

    JSON is not looked at: a browser sends it across sites only after CORS has allowed it.
    """
    if asked.environ.get("CONTENT_TYPE") == JSON or asked.mimetype == JSON:
        return False
    origin, site = asked.headers.get("Origin"), asked.headers.get("Sec-Fetch-Site")
    if origin in origins or "*" in origins:
        return False
    if site is not None:
        return site not in OWN_SITE
    return origin is not None and urlsplit(origin).netloc != asked.environ.get("HTTP_HOST")


def _name(host: str) -> str:
    """*host* without its port, in lower case."""
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdecimal() else host.lower()
