"""The application factory."""

from __future__ import annotations

import os

from flask import Flask

from server.api.health import health
from server.api.info import facts
from server.api.openapi.routes import description
from server.api.predict import api
from server.error_handlers import handle_errors
from server.extensions import current_metrics, use_metrics, use_model, use_settings
from server.inference.model import read_trusted
from server.middleware.access import guard
from server.middleware.fast_path import take_short_way
from server.middleware.request_body import bound_bodies
from server.middleware.security_headers import add_headers
from server.middleware.trust import check_trust
from server.observability.counted import CountedModel
from server.observability.log_format import write_defects
from server.observability.log_writer import Lines
from server.observability.metrics import Metrics
from server.observability.request_log import follow_requests
from server.open_inference.routes import v2
from server.settings import Settings
from server.web.views import page


def create_app(settings: Settings | None = None, content: bytes | None = None) -> Flask:
    """A ready application: its model is loaded and has reproduced its golden reviews.

    Args:
        settings: what to serve and how; read from the environment if None.
        content: the model file's bytes, if they have been read and checked already.

    Raises:
        BadSetting: an environment variable has a value that is not accepted.
        ModelRefused: the model file is missing, damaged, foreign, or answers otherwise than when
            it was exported.
    """
    settings = settings or Settings.from_environment(os.environ)
    return make_ready(unready_app(settings), settings, content)


def make_ready(app: Flask, settings: Settings, content: bytes | None = None) -> Flask:
    """Give *app* the model of *settings*, whose bytes are *content* if they have been read.

    Raises:
        ModelRefused: as for `create_app`.
    """
    if content is None:
        content = read_trusted(settings.model_path, settings.public_key)
    model = CountedModel.open(settings.model_path, content)
    with app.app_context():
        model.metrics = current_metrics()
    use_model(app, model)
    return app


def unready_app(settings: Settings) -> Flask:
    """The application before it has a model: alive, but not ready."""
    app = Flask("server", static_folder="web/static", template_folder="web/templates")
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    use_settings(app, settings)
    use_metrics(app, metrics := Metrics())
    write_defects(settings.log_format)
    take_short_way(app, settings)
    add_headers(app)
    follow_requests(app, metrics, settings.log_format, Lines())
    check_trust(app, settings)
    guard(app, settings)
    bound_bodies(app)
    handle_errors(app)
    for blueprint in (page, api, v2, facts, health, description):
        app.register_blueprint(blueprint)
    return app
