"""Errors: why the server does not start, and why a request is not answered.

The problems of requests are rows of one table, `ProblemType`; docs/errors.md, the OpenAPI document
and /docs are held against it. A code never changes once published; a detail may.
The client's fault is 4xx, ours is 5xx.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from addsup.inference.errors import AddsupError


class ServerError(AddsupError):
    """Base of all errors raised by this package."""


class StartupError(ServerError):
    """The server cannot start; the message is the whole story, for a person to read."""


class SettingError(StartupError):
    """An environment variable holds a value that the server cannot work with.

    A *value* of None is not shown: it is a secret, or nearly one.
    """

    def __init__(self, variable: str, value: str | None, accepted: str) -> None:
        found = "has a value that is not accepted; it" if value is None else f"is {value!r}, but"
        super().__init__(f"{variable} {found} must be {accepted}.")


class ProblemType(Enum):
    """Problem types: HTTP status and title. The code is the name in lower case.

    When each occurs is said by its example in `api/openapi/openapi.json`.
    """

    BAD_REQUEST = (400, "The request cannot be understood")
    INCOMPLETE_BODY = (400, "The request body did not arrive whole")
    EMPTY_BODY = (400, "The request has no body")
    MALFORMED_JSON = (400, "The request body is not valid JSON")
    MALFORMED_FORM = (400, "The form cannot be read")
    BAD_PARAMETER = (400, "A query parameter is not accepted")
    DUPLICATE_FIELD = (400, "A field is given twice")
    MISSING_FIELD = (400, "A field is missing")
    WRONG_TYPE = (400, "A value has the wrong type")
    UNKNOWN_FIELD = (400, "A field is not known")
    MISSING_TEXT = (400, "There is no text to classify")
    TEXT_AND_TEXTS = (400, "Both a single text and a batch are given")
    EMPTY_TEXT = (400, "A text is empty")
    TEXT_WITHOUT_LETTERS = (400, "A text has no letters")
    UNKNOWN_TENSOR = (400, "The model has no such tensor")
    WRONG_TENSOR = (400, "A tensor has the wrong datatype, shape or data")
    BINARY_TENSOR = (400, "The binary data of a tensor are malformed")
    UNTRUSTED_HOST = (400, "The host is not served here")
    UNAUTHORIZED = (401, "The request has no valid key")
    CROSS_SITE = (403, "Forms of other sites are not accepted")
    ROUTE_NOT_FOUND = (404, "There is nothing at this path")
    MODEL_NOT_FOUND = (404, "There is no such model")
    METHOD_NOT_ALLOWED = (405, "The method is not allowed here")
    REQUEST_TIMEOUT = (408, "The request took too long to arrive")
    BODY_TOO_LARGE = (413, "The request body is too large")
    TOO_MANY_TEXTS = (413, "There are too many texts in one request")
    TEXT_TOO_LONG = (413, "A text is too long")
    TOO_MANY_WORDS = (413, "There are too many words to explain")
    REPLY_TOO_LARGE = (413, "The reply would be too large")
    URI_TOO_LONG = (414, "The address is too long")
    UNSUPPORTED_MEDIA_TYPE = (415, "The format of the request body is not supported")
    EXPECTATION_FAILED = (417, "What the request expects is not known")
    HEADERS_TOO_LARGE = (431, "The headers are too large")
    INTERNAL_ERROR = (500, "The server made an error")
    NOT_IMPLEMENTED = (501, "This is not offered here")
    NOT_READY = (503, "The server is not ready")
    OVERLOADED = (503, "The server has too much to do")
    TOOK_TOO_LONG = (504, "The answer took too long")

    def __init__(self, status: int, title: str) -> None:
        self.code = self.name.lower()
        self.status = status
        self.title = title


#: Headers that go with a status whatever the problem is.
OF_STATUS: Final[Mapping[int, Mapping[str, str]]] = MappingProxyType(
    {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
)


class ProblemError(ServerError):
    """A request that cannot be answered, and why: an RFC 9457 problem.

    Attributes:
        type: the row of the table.
        detail: this occurrence: the place and the way out, in a sentence.
        pointer: JSON pointer (RFC 6901) to the place in the request body, if there is one.
        parameter: the query parameter that is wrong, if one is.
        headers: HTTP headers that go with the answer.
    """

    def __init__(
        self,
        type: ProblemType,  # noqa: A002 (RFC 9457's name)
        detail: str,
        pointer: str | None = None,
        *,
        parameter: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(detail)
        self.type = type
        self.detail = detail
        self.pointer = pointer
        self.parameter = parameter
        self.headers = {**OF_STATUS.get(type.status, {}), **headers}
