"""The application factory."""

from __future__ import annotations

import os

from flask import Flask

from server.api import api
from server.bodies import bound_bodies
from server.current import use_model, use_settings
from server.handling import handle_errors
from server.headers import add_headers
from server.health import health
from server.model import Model
from server.page import page
from server.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """A ready application: its model is loaded and has reproduced its golden reviews.

    Args:
        settings: what to serve and how; read from the environment if None.

    Raises:
        BadSetting: an environment variable has a value that is not accepted.
        ModelRefused: the model file is missing, damaged, foreign, or answers otherwise than when
            it was exported.
    """
    settings = settings or Settings.from_environment(os.environ)
    app = unready_app(settings)
    use_model(app, Model.load(settings.model_path, settings.public_key))
    return app


def unready_app(settings: Settings) -> Flask:
    """The application before it has a model: alive, but not ready."""
    app = Flask("server")
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    use_settings(app, settings)
    bound_bodies(app)
    handle_errors(app)
    add_headers(app)
    for blueprint in (page, api, health):
        app.register_blueprint(blueprint)
    return app
