"""What the application that answers the current request has at hand."""

from __future__ import annotations

from flask import Flask, current_app

from server.errors import NotReady
from server.inference.model import Model
from server.observability.metrics import Metrics
from server.settings import Settings

METRICS = "metrics"
MODEL = "model"
SETTINGS = "settings"


def use_settings(app: Flask, settings: Settings) -> None:
    """Let *app* work with *settings*."""
    app.extensions[SETTINGS] = settings


def use_metrics(app: Flask, metrics: Metrics) -> None:
    """Let *app* count in *metrics*."""
    app.extensions[METRICS] = metrics


def use_model(app: Flask, model: Model) -> None:
    """Let *app* answer with *model*, which has reproduced its golden reviews: it is now ready."""
    app.extensions[MODEL] = model


def current_settings() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions[SETTINGS]
    return settings


def current_metrics() -> Metrics:
    """The counts of the running application."""
    metrics: Metrics = current_app.extensions[METRICS]
    return metrics


def current_model() -> Model:
    """The model of the running application.

    Raises:
        NotReady: it is not loaded yet. HTTP 503.
    """
    model: Model | None = current_app.extensions.get(MODEL)
    if model is None:
        raise NotReady("The model is still being loaded and checked; ask again in a second.")
    return model
