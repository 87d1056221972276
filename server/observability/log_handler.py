"""Log handler: hands lines to a thread that writes them, so that no one waits for a reader."""

from __future__ import annotations

import logging
from typing import Final

from addsup.server.observability.log_writer import LogWriter

STDERR: Final = 2


class LineHandler(logging.Handler):
    """Writes records as lines through a `LogWriter`."""

    def __init__(self, writer: LogWriter, formatter: logging.Formatter | None) -> None:
        super().__init__()
        self.writer = writer
        self.formatter = formatter

    def emit(self, record: logging.LogRecord) -> None:
        """Put *record* in the queue."""
        self.writer.put(f"{self.format(record)}\n".encode(errors="backslashreplace"))


def write_from_a_thread(formatter: logging.Formatter) -> None:
    """Let a thread of this process write what any logger would write to stderr itself.

    To be called in a worker, after the fork. *formatter* is for loggers without a handler.
    """
    writer, root = LogWriter(STDERR), logging.getLogger()
    for logger in map(logging.getLogger, list(root.manager.loggerDict)):
        logger.handlers[:] = [
            LineHandler(writer, each.formatter) if type(each) is logging.StreamHandler else each
            for each in logger.handlers
        ]
    root.handlers[:] = [LineHandler(writer, formatter)]
