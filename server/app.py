"""Application factory: the table of routes, and middleware in the order a request meets it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from flask import Request as FlaskRequest

from addsup.inference.model import Model, read_trusted
from addsup.server.api import info, predict
from addsup.server.api.openapi import routes as openapi
from addsup.server.error_handlers import flask_error, reply_to_error
from addsup.server.extensions import KEY, Extensions, extensions_of
from addsup.server.http.request import KEY as REQUEST
from addsup.server.http.request import STATUS_LINES, Application, Reply, Request
from addsup.server.http.routing import Table
from addsup.server.middleware.compression import compress
from addsup.server.middleware.request_body import leave_for_flask, read_body
from addsup.server.middleware.security import (
    check_api_key,
    check_cross_site,
    check_host,
    check_trusted_host,
    mount,
    origin_headers,
    trust_proxies,
)
from addsup.server.middleware.security_headers import security_headers
from addsup.server.observability.log_format import write_defects
from addsup.server.observability.log_writer import LogWriter
from addsup.server.observability.metrics import ONE_LESS, Metrics
from addsup.server.observability.request_log import ID_HEADER, RequestLog
from addsup.server.open_inference import management, routes
from addsup.server.settings import Settings
from addsup.server.web.views import keep_assets, render_page, web

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: All that answers JSON, by path and method. Flask has the pages.
ROUTES: Final = (
    *predict.ROUTES,
    *info.ROUTES,
    *openapi.ROUTES,
    *routes.ROUTES,
    *management.ROUTES,
)
TABLE: Final = Table(ROUTES)


def answering(pages: Application, server: Extensions) -> Application:
    """The WSGI application: *pages* behind the table of routes, checks, headers, counts and log."""
    settings, log = server.settings, server.request_log
    checks = [check_host, check_trusted_host, check_cross_site, check_api_key, read_body]
    if not settings.trusted_hosts:
        checks.remove(check_trusted_host)
    if not settings.api_key:
        checks.remove(check_api_key)

    def reply_to(request: Request) -> Reply:
        try:
            for check in checks:
                check(request)
            route = request.route
            return route.answer(request) if route else _page(pages, request)
        except Exception as error:
            return reply_to_error(error, request)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = environ[REQUEST] = Request(environ, server)
        TABLE.find(request)
        server.metrics.begin_request()
        try:
            reply = reply_to(request)
            request.status, body = reply.status, reply.body
            headers = _headers(request, reply)
        finally:
            request.amounts += (ONE_LESS,)
            log.record(request)
            del environ[REQUEST]  # they hold each other, and the garbage collector is slow
        body = compress(request, headers, body)
        start_response(STATUS_LINES[reply.status], headers)
        return [] if request.method == "HEAD" else [body]

    return answer


def _page(pages: Application, request: Request) -> Reply:
    """What Flask answers, whole; its route's template is noted."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    leave_for_flask(request)
    environ = request.environ

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        started[:] = [(status, headers)]
        received = environ.get("werkzeug.request")  # not there any more at the end
        if isinstance(received, FlaskRequest) and received.url_rule:
            request.template = received.url_rule.rule

    pieces = pages(environ, start)
    try:
        body = b"".join(pieces)
    finally:
        if close := getattr(pieces, "close", None):
            close()
    status, headers = started[0]
    return Reply(body, "", int(status[:3]), headers)


def _headers(request: Request, reply: Reply) -> list[tuple[str, str]]:
    """All headers of the answer to *request*, whose size is noted."""
    media_type, request.size = reply.content_type, len(reply.body)
    headers = [*reply.headers]
    if media_type:
        headers += [("Content-Type", media_type), ("Content-Length", str(request.size))]
    else:
        named = dict(headers)
        media_type = named.get("Content-Type", "")
        request.size = int(named.get("Content-Length", request.size))
    headers += security_headers(request.environ, headers, media_type)
    headers += origin_headers(request, headers)
    headers.append((ID_HEADER, request.id))
    if request.trace:
        headers.append(("traceparent", request.trace))
    return headers


def create_app(settings: Settings | None = None, content: bytes | None = None) -> Flask:
    """A ready application: its model is loaded and has reproduced its golden texts.

    Args:
        settings: what to serve and how; read from the environment if None.
        content: the model file's bytes, if they have been read and checked already.

    Raises:
        SettingError: an environment variable has a value that is not accepted.
        ModelFileError: the model file is missing, damaged, foreign, or answers otherwise than when
            it was exported.
    """
    app = unready_app(settings or Settings.from_environment(os.environ))
    return make_ready(app, content)


def make_ready(app: Flask, content: bytes | None = None) -> Flask:
    """Load the model of *app*, whose bytes are *content* if they have been read.

    Raises:
        ModelFileError: as for `create_app`.
    """
    server = extensions_of(app)
    path = server.settings.model_path
    if content is None:
        content = read_trusted(path, server.settings.model_public_key)
    server.use_model(Model.open(path, content))
    return app


def unready_app(settings: Settings) -> Flask:
    """The application before it has a model: alive, but not ready."""
    app = Flask("addsup.server", static_folder="web/static", template_folder="web/templates")
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.url_map.merge_slashes = False
    keep_assets(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    write_defects(settings.log_format)
    metrics = Metrics()
    request_log = RequestLog(metrics, settings.log_format, LogWriter())
    server = Extensions(settings, metrics, request_log, lambda: app, render_page)
    app.extensions[KEY] = server
    for wrap in (answering, trust_proxies, mount):  # a request meets the last one first
        app.wsgi_app = wrap(app.wsgi_app, server)  # type: ignore[method-assign]
    app.register_error_handler(Exception, flask_error)
    app.register_blueprint(web)
    app.register_blueprint(openapi.docs)
    return app
