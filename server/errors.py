"""Errors: why the server does not start, and why a request is not answered.

The problems of requests are rows of one table, `ProblemType`, from which docs/errors.md, the
OpenAPI document, /docs and the tests are made. A code never changes once published; a detail may.
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
    """Problem types: HTTP status, title, and when it occurs. The code is the name in lower case."""

    BAD_REQUEST = (
        400,
        "The request cannot be understood",
        "The request cannot be understood, and no other code says it more exactly.",
    )
    INCOMPLETE_BODY = (
        400,
        "The request body did not arrive whole",
        "The body ends before its announced length, or its chunks or compression are malformed.",
    )
    EMPTY_BODY = (400, "The request has no body", "There is no body where one is needed.")
    MALFORMED_JSON = (400, "The request body is not valid JSON", "The body is not JSON in UTF-8.")
    MALFORMED_FORM = (
        400,
        "The form cannot be read",
        "The body is not a form in UTF-8 with the field `text`, once.",
    )
    BAD_PARAMETER = (
        400,
        "A query parameter is not accepted",
        "A query parameter is not known, comes twice, or has a value that is not accepted.",
    )
    DUPLICATE_FIELD = (
        400,
        "A field is given twice",
        "A key comes twice in one object, so which of the two is meant is open.",
    )
    MISSING_FIELD = (400, "A field is missing", "A key that must be there is not.")
    WRONG_TYPE = (
        400,
        "A value has the wrong type",
        "A value has another JSON type than it should.",
    )
    UNKNOWN_FIELD = (400, "A field is not known", "The document has a key that means nothing here.")
    MISSING_TEXT = (400, "There is no text to classify", "There is nothing to classify.")
    TEXT_AND_TEXTS = (
        400,
        "Both a single text and a batch are given",
        "Both the single and the batch form are there, so the form of the answer is open.",
    )
    EMPTY_TEXT = (400, "A text is empty", "A text is empty, or white space only.")
    TEXT_WITHOUT_LETTERS = (
        400,
        "A text has no letters",
        "A text has nothing that the model reads; the shipped model reads the letters a to z.",
    )
    UNKNOWN_TENSOR = (
        400,
        "The model has no such tensor",
        "An input or a requested output is not one of the model's, or comes twice (/v2).",
    )
    WRONG_TENSOR = (
        400,
        "A tensor has the wrong datatype, shape or data",
        "A tensor's datatype, shape and data do not fit the model or one another (/v2).",
    )
    BINARY_TENSOR = (
        400,
        "The binary data of a tensor are malformed",
        "Binary data do not have the lengths that are said of them, or are not UTF-8 (/v2).",
    )
    UNTRUSTED_HOST = (
        400,
        "The host is not served here",
        "The request is for a host that is not one of `TRUSTED_HOSTS`.",
    )
    UNAUTHORIZED = (
        401,
        "The request has no valid key",
        "The route wants a key or token that the request does not have.",
    )
    CROSS_SITE = (
        403,
        "Forms of other sites are not accepted",
        "A page of another site sent a form here, in the name of whoever looks at it.",
    )
    ROUTE_NOT_FOUND = (404, "There is nothing at this path", "Nothing is served at this path.")
    MODEL_NOT_FOUND = (
        404,
        "There is no such model",
        "The server has no model of this name and version (/v2).",
    )
    METHOD_NOT_ALLOWED = (
        405,
        "The method is not allowed here",
        "The path exists, but not for this method; `Allow` names those it has.",
    )
    REQUEST_TIMEOUT = (
        408,
        "The request took too long to arrive",
        "The request did not arrive whole in time.",
    )
    BODY_TOO_LARGE = (
        413,
        "The request body is too large",
        "The body has more bytes than are accepted.",
    )
    TOO_MANY_TEXTS = (
        413,
        "There are too many texts in one request",
        "A batch has more texts than are accepted.",
    )
    TEXT_TOO_LONG = (
        413,
        "A text is too long",
        "A text has more characters than are accepted.",
    )
    TOO_MANY_WORDS = (
        413,
        "There are too many words to explain",
        "An explanation is asked for of more words than are explained in one request.",
    )
    REPLY_TOO_LARGE = (
        413,
        "The reply would be too large",
        "The reply to this request would have more bytes than are sent.",
    )
    URI_TOO_LONG = (
        414,
        "The address is too long",
        "The first line of the request is longer than is read.",
    )
    UNSUPPORTED_MEDIA_TYPE = (
        415,
        "The format of the request body is not supported",
        "The body is in a format that this route does not read.",
    )
    EXPECTATION_FAILED = (
        417,
        "What the request expects is not known",
        "`Expect` has another value than 100-continue.",
    )
    HEADERS_TOO_LARGE = (
        431,
        "The headers are too large",
        "There are more headers, or longer ones, than are read.",
    )
    INTERNAL_ERROR = (
        500,
        "The server made an error",
        "Our fault: a defect. The log has the place, the client learns nothing of it.",
    )
    NOT_IMPLEMENTED = (
        501,
        "This is not offered here",
        "A part of a protocol that this server does not offer, such as loading models (/v2).",
    )
    NOT_READY = (
        503,
        "The server is not ready",
        "The model has not been loaded, or has not reproduced its golden texts yet.",
    )
    OVERLOADED = (
        503,
        "The server has too much to do",
        "As many requests as `MAX_CONCURRENCY` allows are being answered already.",
    )
    TOOK_TOO_LONG = (
        504,
        "The answer took too long",
        "The answer did not come in time, and is no longer waited for.",
    )

    def __init__(self, status: int, title: str, meaning: str) -> None:
        self.code = self.name.lower()
        self.status = status
        self.title = title
        self.meaning = meaning


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
