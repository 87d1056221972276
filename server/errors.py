"""Every error of the server, in one tree.

    ServerError
    ├── StartRefused                  the server does not start, and says why
    │   ├── BadSetting
    │   └── ModelRefused
    └── Problem                       an RFC 9457 problem document: `code`, `status`, `title`
        ├── BadRequest                400 bad_request
        │   ├── IncompleteBody        400 incomplete_body
        │   ├── EmptyBody             400 empty_body
        │   ├── MalformedJson         400 malformed_json
        │   ├── MalformedForm         400 malformed_form
        │   ├── BadParameter          400 bad_parameter
        │   ├── DuplicateField        400 duplicate_field
        │   ├── MissingField          400 missing_field
        │   ├── WrongType             400 wrong_type
        │   ├── UnknownField          400 unknown_field
        │   ├── MissingReview         400 missing_review
        │   ├── ReviewAndReviews      400 review_and_reviews
        │   ├── EmptyReview           400 empty_review
        │   ├── ReviewWithoutLetters  400 review_without_letters
        │   ├── UnknownTensor         400 unknown_tensor
        │   ├── WrongTensor           400 wrong_tensor
        │   ├── BinaryTensor          400 binary_tensor
        │   └── UntrustedHost         400 untrusted_host
        ├── Unauthorized              401 unauthorized
        ├── CrossSite                 403 cross_site
        ├── NotFound                  404
        │   ├── RouteNotFound         404 route_not_found
        │   └── ModelNotFound         404 model_not_found
        ├── MethodNotAllowed          405 method_not_allowed
        ├── RequestTimeout            408 request_timeout
        ├── TooLarge                  413
        │   ├── BodyTooLarge          413 body_too_large
        │   ├── TooManyReviews        413 too_many_reviews
        │   └── ReviewTooLong         413 review_too_long
        ├── UriTooLong                414 uri_too_long
        ├── UnsupportedMediaType      415 unsupported_media_type
        ├── ExpectationFailed         417 expectation_failed
        ├── HeadersTooLarge           431 headers_too_large
        ├── InternalError             500 internal_error
        ├── Unavailable               503
        │   ├── NotReady              503 not_ready
        │   └── Overloaded            503 overloaded
        └── TookTooLong               504 took_too_long

A `code` never changes once published; a `detail` may. The client's fault is 4xx, ours is 5xx.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class ServerError(Exception):
    """Base of all errors raised by this package."""


class StartRefused(ServerError):
    """The server cannot start; the message is the whole story, for a person to read."""


class BadSetting(StartRefused):
    """An environment variable holds a value that the server cannot work with.

    A *value* of None is not shown: it is a secret, or nearly one.
    """

    def __init__(self, variable: str, value: str | None, accepted: str) -> None:
        found = "has a value that is not accepted; it" if value is None else f"is {value!r}, but"
        super().__init__(f"{variable} {found} must be {accepted}.")


class ModelRefused(StartRefused):
    """The model file is missing, damaged, foreign, or does not answer as it did when exported."""


class Problem(ServerError):
    """A request that cannot be answered, and why.

    Attributes:
        code: what went wrong, for programs; in the namespace of this server.
        status: the HTTP status.
        title: what went wrong, for people; the same for every occurrence of a code.
        detail: this occurrence: the place and the way out, in a sentence.
        pointer: JSON pointer (RFC 6901) to the place in the request body, if there is one.
        parameter: the query parameter that is wrong, if one is.
        headers: HTTP headers that go with the status.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self, detail: str, pointer: str | None = None, *, parameter: str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.parameter = parameter
        self.headers: dict[str, str] = {}


class BadRequest(Problem):
    """The request cannot be understood; the parent of all that says so more exactly."""

    code = "bad_request"
    status = 400
    title = "The request cannot be understood"


class IncompleteBody(BadRequest):
    """The body ends before its announced length, or its chunks are malformed."""

    code = "incomplete_body"
    title = "The request body did not arrive whole"


class EmptyBody(BadRequest):
    """There is no body where one is needed."""

    code = "empty_body"
    title = "The request has no body"


class MalformedJson(BadRequest):
    """The body is not JSON in UTF-8."""

    code = "malformed_json"
    title = "The request body is not valid JSON"


class MalformedForm(BadRequest):
    """The body is not a form in UTF-8 with the field `review`, once."""

    code = "malformed_form"
    title = "The form cannot be read"


class BadParameter(BadRequest):
    """A query parameter is not known, comes twice, or has a value that is not accepted."""

    code = "bad_parameter"
    title = "A query parameter is not accepted"


class DuplicateField(BadRequest):
    """A key comes twice in one object, so which of the two is meant is open."""

    code = "duplicate_field"
    title = "A field is given twice"


class MissingField(BadRequest):
    """A key that must be there is not."""

    code = "missing_field"
    title = "A field is missing"


class WrongType(BadRequest):
    """A value has another JSON type than it should."""

    code = "wrong_type"
    title = "A value has the wrong type"


class UnknownField(BadRequest):
    """The document has a key that means nothing here."""

    code = "unknown_field"
    title = "A field is not known"


class MissingReview(BadRequest):
    """There is nothing to classify."""

    code = "missing_review"
    title = "There is no review to classify"


class ReviewAndReviews(BadRequest):
    """Both the single and the batch form are there, so the form of the answer is open."""

    code = "review_and_reviews"
    title = "Both a single review and a batch are given"


class EmptyReview(BadRequest):
    """A review is empty, or white space only."""

    code = "empty_review"
    title = "A review is empty"


class ReviewWithoutLetters(BadRequest):
    """A review has no letter from a to z, which are all that the model reads."""

    code = "review_without_letters"
    title = "A review has no letters"


class UnknownTensor(BadRequest):
    """An input or a requested output is not one of the model's, or comes twice (/v2)."""

    code = "unknown_tensor"
    title = "The model has no such tensor"


class WrongTensor(BadRequest):
    """A tensor's datatype, shape and data do not fit the model or one another (/v2)."""

    code = "wrong_tensor"
    title = "A tensor has the wrong datatype, shape or data"


class BinaryTensor(BadRequest):
    """The request has, or wants, tensors in the binary extension (/v2)."""

    code = "binary_tensor"
    title = "Binary tensors are not supported"


class UntrustedHost(BadRequest):
    """The request is for a host that is not one of `TRUSTED_HOSTS`."""

    code = "untrusted_host"
    title = "The host is not served here"


class Unauthorized(Problem):
    """The route wants a key or token that the request does not have."""

    code = "unauthorized"
    status = 401
    title = "The request has no valid key"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers["WWW-Authenticate"] = "Bearer"


class CrossSite(Problem):
    """A page of another site sent a form here, in the name of whoever looks at it."""

    code = "cross_site"
    status = 403
    title = "Forms of other sites are not accepted"


class NotFound(Problem):
    """Nothing is there; the parent of what says what was looked for."""

    status = 404


class RouteNotFound(NotFound):
    """Nothing is served at this path."""

    code = "route_not_found"
    title = "There is nothing at this path"


class ModelNotFound(NotFound):
    """The server has no model of this name and version (/v2)."""

    code = "model_not_found"
    title = "There is no such model"


class MethodNotAllowed(Problem):
    """The path exists, but not for this method; `Allow` names those it has."""

    code = "method_not_allowed"
    status = 405
    title = "The method is not allowed here"

    def __init__(self, detail: str, allowed: Iterable[str]) -> None:
        super().__init__(detail)
        self.headers["Allow"] = ", ".join(sorted(allowed))


class RequestTimeout(Problem):
    """The request did not arrive whole in time."""

    code = "request_timeout"
    status = 408
    title = "The request took too long to arrive"


class TooLarge(Problem):
    """Something is larger than a limit; the parent of what says which."""

    status = 413


class BodyTooLarge(TooLarge):
    """The body has more bytes than are accepted."""

    code = "body_too_large"
    title = "The request body is too large"


class TooManyReviews(TooLarge):
    """A batch has more reviews than are accepted."""

    code = "too_many_reviews"
    title = "There are too many reviews in one request"


class ReviewTooLong(TooLarge):
    """A review has more characters than are accepted."""

    code = "review_too_long"
    title = "A review is too long"


class UriTooLong(Problem):
    """The first line of the request is longer than is read."""

    code = "uri_too_long"
    status = 414
    title = "The address is too long"


class UnsupportedMediaType(Problem):
    """The body is in a format that this route does not read."""

    code = "unsupported_media_type"
    status = 415
    title = "The format of the request body is not supported"


class ExpectationFailed(Problem):
    """`Expect` has another value than 100-continue."""

    code = "expectation_failed"
    status = 417
    title = "What the request expects is not known"


class HeadersTooLarge(Problem):
    """There are more headers, or longer ones, than are read."""

    code = "headers_too_large"
    status = 431
    title = "The headers are too large"


class InternalError(Problem):
    """Our fault: a defect. The log has the place, the client learns nothing of it."""

    code = "internal_error"
    status = 500
    title = "The server made an error"


class Unavailable(Problem):
    """The server cannot answer now, but will; `Retry-After` says when to ask again."""

    status = 503

    def __init__(self, detail: str, seconds: int = 1) -> None:
        super().__init__(detail)
        self.headers["Retry-After"] = str(seconds)


class NotReady(Unavailable):
    """The model has not been loaded, or has not reproduced its golden reviews yet."""

    code = "not_ready"
    title = "The server is not ready"


class Overloaded(Unavailable):
    """As many requests as `MAX_CONCURRENCY` allows are being answered already."""

    code = "overloaded"
    title = "The server has too much to do"


class TookTooLong(Problem):
    """The answer did not come in time, and is no longer waited for."""

    code = "took_too_long"
    status = 504
    title = "The answer took too long"
