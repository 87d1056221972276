"""Application factory: the table of routes, and middleware in the order a request meets it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask

from addsup.inference.model import Model, read_trusted
from addsup.server.api import info, predict
from addsup.server.api.openapi import routes as openapi
from addsup.server.error_handlers import flask_error, reply_to_error
from addsup.server.extensions import KEY, Extensions, extensions_of
from addsup.server.http.request import current_request
from addsup.server.http.routing import Table
from addsup.server.middleware.compression import compress
from addsup.server.middleware.request_body import read_body
from addsup.server.middleware.security import (
    allow_origins,
    check_api_key,
    check_cross_site,
    check_host,
    check_trusted_host,
    mount,
    trust_proxies,
)
from addsup.server.middleware.security_headers import add_security_headers
from addsup.server.observability.log_format import write_defects
from addsup.server.observability.log_writer import LogWriter
from addsup.server.observability.metrics import Metrics
from addsup.server.observability.request_log import Application, RequestLog
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


def log_requests(application: Application, server: Extensions) -> Application:
    """Log and count whatever *application* answers."""
    return server.request_log.wrap(application, server, TABLE)


def dispatch(pages: Application, server: Extensions) -> Application:
    """Check each request; answer it by the function of its route, or leave it to *pages*."""
    settings = server.settings
    checks = [check_host, check_trusted_host, check_cross_site, check_api_key, read_body]
    if not settings.trusted_hosts:
        checks.remove(check_trusted_host)
    if not settings.api_key:
        checks.remove(check_api_key)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = current_request(environ)
        try:
            for check in checks:
                check(request)
            route = request.route
            if route is None:
                return pages(environ, start_response)
            reply = route.answer(request)
        except Exception as error:
            reply = reply_to_error(error, request)
        return reply.send(request, start_response)

    return answer


#: WSGI middleware, outermost first.
MIDDLEWARE: Final = (
    mount,
    trust_proxies,
    compress,
    log_requests,
    add_security_headers,
    allow_origins,
    dispatch,
)


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
    for wrap in reversed(MIDDLEWARE):
        app.wsgi_app = wrap(app.wsgi_app, server)  # type: ignore[method-assign]
    app.register_error_handler(Exception, flask_error)
    app.register_blueprint(web)
    app.register_blueprint(openapi.docs)
    return app
