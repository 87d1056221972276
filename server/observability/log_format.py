"""Log format: what a log line holds, as JSON or as text for people.

Nothing that a client wrote gets into a line but the name of a well-formed request id: no text, no
path (only the route's template), no query, no address.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
import traceback
from functools import lru_cache
from typing import Final

import msgspec

ENCODER: Final = msgspec.json.Encoder()

#: The logger of this server's own defects.
DEFECTS: Final = "server.defects"

# These messages of Gunicorn quote the request, so only their beginning is kept.
QUOTING: Final = ("Invalid request from ip=", "Error handling request")


class RequestLine(msgspec.Struct, frozen=True, rename={"size": "bytes"}, omit_defaults=True):
    """One request that was answered; `trace_id` only if the client is tracing."""

    time: str
    level: str
    request_id: str
    method: str
    route: str
    status: int
    ms: float
    size: int
    texts: int
    model: str | None
    trace_id: str | None = None

    def as_json(self) -> bytes:
        """One line of JSON."""
        return ENCODER.encode(self) + b"\n"

    def as_text(self) -> bytes:
        """One line for people."""
        trace = f" trace {self.trace_id}" if self.trace_id else ""
        return (
            f"{self.time} {self.level:7} {self.method} {self.route} {self.status} "
            f"{self.ms:.1f} ms {self.size} bytes {self.texts} texts {self.request_id}{trace}\n"
        ).encode()


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """Anything else that there is to say."""

    time: str
    level: str
    message: str
    error: str | None = None
    places: list[str] = []
    request_id: str | None = None


def timestamp(seconds: float) -> str:
    """*seconds* since 1970 in UTC with milliseconds, as RFC 3339 has it."""
    whole = int(seconds)
    return f"{_to_the_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(maxsize=2)
def _to_the_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class Formatter(logging.Formatter):
    """Formats what Gunicorn and this server log: one line each, without a word of a client's."""

    def __init__(self, log_format: str) -> None:
        super().__init__()
        self.as_json = log_format == "json"

    def format(self, record: logging.LogRecord) -> str:
        """One line without its newline."""
        message = self.message(record)
        if self.as_json:
            return ENCODER.encode(message).decode()
        words = [message.time, f"{message.level:7}", message.message, message.error]
        shown = " ".join(word for word in (*words, *message.places) if word)
        return shown.replace("\n", " ")

    def message(self, record: logging.LogRecord) -> Message:
        """*record* with the class and place of its exception, whose text may quote a text."""
        error, places = _exception(record.exc_info and record.exc_info[1])
        return Message(
            timestamp(record.created),
            record.levelname.lower(),
            _text_of(record, error),
            error,
            places or getattr(record, "places", []),
            getattr(record, "request_id", None),
        )


def _text_of(record: logging.LogRecord, error: str | None) -> str:
    template = str(record.msg)
    for beginning in QUOTING:
        if template.startswith(beginning):
            return beginning.removesuffix(" from ip=")
    # What goes into a message at debug level, or beside an exception, may be the client's.
    return template if error or record.levelno <= logging.DEBUG else record.getMessage()


def _exception(error: BaseException | None) -> tuple[str | None, list[str]]:
    """The class of *error* and the places that it came through."""
    if error is None:
        return None, []
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, [f"{each.filename}:{each.lineno} {each.name}" for each in frames]


def log_defect(error: Exception, request_id: str) -> None:
    """Log where *error* arose. Not its message, which may quote a text."""
    kind, places = _exception(error)
    extra = {"places": places, "request_id": request_id}
    logging.getLogger(DEFECTS).error("%s while answering a request", kind, extra=extra)


def write_defects(log_format: str) -> None:
    """Let what `log_defect` logs appear on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter(log_format))
    logging.getLogger(DEFECTS).handlers[:] = [handler]


def announce(log_format: str, text: str) -> None:
    """Write *text* as a line of the log, if anyone reads it."""
    record = logging.LogRecord("server", logging.INFO, "", 0, text, None, None)
    with contextlib.suppress(OSError):
        os.write(1, Formatter(log_format).format(record).encode() + b"\n")
