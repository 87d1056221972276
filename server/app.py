"""Application factory: middleware, checks and blueprints, in the order a request meets them."""

from __future__ import annotations

import os
from typing import Final

from addsup.inference.model import Model, read_trusted
from addsup.server.api.health import health
from addsup.server.api.info import info
from addsup.server.api.openapi.routes import openapi
from addsup.server.api.predict import api
from addsup.server.error_handlers import answer
from addsup.server.extensions import KEY, Extensions, extensions_of
from addsup.server.middleware import log_requests
from addsup.server.middleware.compression import compress
from addsup.server.middleware.fast_path import add_fast_path
from addsup.server.middleware.request_body import read_request_body
from addsup.server.middleware.security import (
    add_cors_headers,
    check_api_key,
    check_cross_site,
    check_host,
    mount,
    trust_proxies,
)
from addsup.server.middleware.security_headers import add_security_headers
from addsup.server.observability.log_format import write_defects
from addsup.server.observability.log_writer import LogWriter
from addsup.server.observability.metrics import Metrics
from addsup.server.observability.request_log import RequestLog
from addsup.server.open_inference.management import open_inference
from addsup.server.open_inference.v1 import kserve_v1
from addsup.server.settings import Settings
from addsup.server.web.assets import keep_assets
from addsup.server.web.views import render_page, web
from flask import Flask

#: WSGI middleware, outermost first.
MIDDLEWARE: Final = (
    mount,
    trust_proxies,
    compress,
    log_requests,
    add_security_headers,
    add_fast_path,
)

#: What a request has to pass before its view, in this order.
CHECKS: Final = (check_host, check_cross_site, check_api_key, read_request_body)

BLUEPRINTS: Final = (web, api, open_inference, kserve_v1, info, health, openapi)


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
    carried = extensions_of(app)
    path = carried.settings.model_path
    if content is None:
        content = read_trusted(path, carried.settings.public_key)
    carried.use_model(Model.open(path, content))
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
    carried = app.extensions[KEY] = Extensions(settings, metrics, request_log, render_page)
    for wrap in reversed(MIDDLEWARE):
        app.wsgi_app = wrap(app.wsgi_app, carried)  # type: ignore[method-assign]
    for check in CHECKS:
        app.before_request(check)
    if settings.cors_origins:
        app.after_request(add_cors_headers)
    app.register_error_handler(Exception, answer)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
