"""Gunicorn logger: its messages in the form of all others and without what clients wrote."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from addsup.server.observability.log_format import Formatter


class Log(Logger):
    """The logger that Gunicorn makes of its configuration, at start and at each reload.

    Attributes:
        log_format: how lines are written; set by the configuration.
    """

    log_format = "json"

    def setup(self, cfg: Any) -> None:
        """Take over Gunicorn's handlers."""
        super().setup(cfg)
        form = Formatter(self.log_format)
        for handler in self.error_log.handlers:
            handler.setFormatter(form)
