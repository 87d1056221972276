"""Extensions: settings, model, counts and log of an application (Flask's word for it)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, current_app

from addsup.server.errors import ProblemError, ProblemType

if TYPE_CHECKING:
    from addsup.inference.model import Model
    from addsup.server.observability.metrics import Metrics
    from addsup.server.observability.request_log import RequestLog
    from addsup.server.settings import Settings

KEY: Final = "server"


@dataclass(slots=True)
class Extensions:
    """What every request may need.

    Attributes:
        settings: of this server.
        metrics: of this process.
        request_log: writes a line for each request, and counts it.
        flask: the application that has the pages.
        render_page: renders a text and what the model makes of it as HTML, within a context of
            Flask's.
        loaded_model: the model, once it has reproduced its golden texts.
    """

    settings: Settings
    metrics: Metrics
    request_log: RequestLog
    flask: Callable[[], Flask]
    render_page: Callable[..., str]
    loaded_model: Model | None = None

    @property
    def model(self) -> Model:
        """The model (ProblemError: it is not loaded yet, HTTP 503)."""
        if self.loaded_model is None:
            raise ProblemError(
                ProblemType.NOT_READY,
                "The model is still being loaded and checked; ask again in a second.",
            )
        return self.loaded_model

    def page_of(self, environ: Any, found: Any) -> str:
        """The page with *found*, for a route that is not Flask's."""
        with self.flask().request_context(environ):
            return self.render_page(found)

    def use_model(self, model: Model) -> None:
        """Answer with *model* from now on: the application is ready."""
        self.loaded_model = model
        self.request_log.model_version = model.version


def extensions_of(app: Flask) -> Extensions:
    """The extensions of *app*."""
    server: Extensions = app.extensions[KEY]
    return server


def current() -> Extensions:
    """The extensions of the application that answers the current request."""
    return extensions_of(current_app)
