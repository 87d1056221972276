"""Request bodies: whole, bounded, and read once.

The worker hands over complete bodies and announces the length of those that are too large; other
WSGI servers, such as Flask's test client, may not, so the bytes are counted here as well.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Final

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Request

CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})
#: zlib's word for a header of gzip or of zlib, whichever there is.
EITHER: Final = 32 + zlib.MAX_WBITS


def read_body(request: Request) -> None:
    """Read the whole body of *request*, without its content coding.

    Raises:
        ProblemError: it is compressed in a way that is not read (HTTP 415), has or announces more
            than `MAX_BODY_BYTES`, compressed or not (413), or is not whole (400).
    """
    environ, limit = request.environ, request.server.settings.max_body_bytes
    length = _number(environ.get("CONTENT_LENGTH"))
    if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    if length is not None and length > limit:
        raise _too_large(limit)
    body: bytes = environ["wsgi.input"].read(limit + 1 if length is None else length)
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None and len(body) < length:
        raise ProblemError(
            ProblemType.INCOMPLETE_BODY,
            f"{length:,} bytes were announced, but {len(body):,} arrived.",
        )
    if "HTTP_CONTENT_ENCODING" in environ:
        body = _decoded(body, environ.pop("HTTP_CONTENT_ENCODING").lower(), limit)
    request.body = body


def leave_for_flask(request: Request) -> None:
    """Let the environment of *request* have its body as if it had come whole and decoded."""
    environ = request.environ
    if environ.pop("HTTP_TRANSFER_ENCODING", None) or environ.get("CONTENT_LENGTH"):
        environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["wsgi.input"] = BytesIO(request.body)


def _decoded(body: bytes, coding: str, limit: int) -> bytes:
    """*body* without its content coding (RFC 9110, section 8.4.1), *limit* bytes at the most."""
    if coding == "identity":
        return body
    if coding not in CODINGS:
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "The body is compressed in a way that is not read; use gzip, deflate, or none.",
            headers={"Accept-Encoding": "gzip, deflate"},
        )
    inflater = zlib.decompressobj(EITHER)
    try:
        whole = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise ProblemError(
            ProblemType.INCOMPLETE_BODY, f"The body is not what {coding} makes."
        ) from None
    if len(whole) > limit:
        raise _too_large(limit)
    if not inflater.eof or inflater.unused_data:
        raise ProblemError(
            ProblemType.INCOMPLETE_BODY, f"What {coding} made of the body has not arrived whole."
        )
    return whole


def _too_large(limit: int) -> ProblemError:
    return ProblemError(
        ProblemType.BODY_TOO_LARGE,
        f"The request body has more than {limit:,} bytes; send it in parts.",
    )


def _number(length: str | None) -> int | None:
    return int(length) if length and length.isdecimal() else None
