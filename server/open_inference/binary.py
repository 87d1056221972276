"""Binary tensor data extension: tensors as bytes behind the JSON of a request or a reply.

https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
The JSON comes first; the header `Inference-Header-Content-Length` says how long it is. An element
of datatype BYTES is its length, four bytes, little-endian, and then itself; FP64 is little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from addsup.server.errors import ProblemError, ProblemType

HEADER: Final = "Inference-Header-Content-Length"
ENVIRON: Final = "HTTP_INFERENCE_HEADER_CONTENT_LENGTH"
MEDIA_TYPE: Final = "application/octet-stream"
SIZE: Final = "/inputs/0/parameters/binary_data_size"
LENGTH: Final = struct.Struct("<I")


def split(body: bytes, announced: str | None) -> tuple[bytes, bytes]:
    """The JSON of a request, and the binary data behind it, as the header *announced* it.

    Raises:
        ProblemError: the header is no length within the body. HTTP 400.
    """
    if announced is None:
        return body, b""
    if not (announced.isascii() and announced.isdecimal() and len(announced) < 18):
        raise _malformed(f"{HEADER} is not a number of bytes.")
    length = int(announced)
    if length > len(body):
        raise _malformed(f"{HEADER} is {length:,}, but the body has {len(body):,} bytes.")
    return body[:length], body[length:]


def texts_from(data: bytes, size: object) -> list[str]:
    """The elements of a BYTES tensor: *data*, of which `binary_data_size` says *size*.

    Raises:
        ProblemError: the lengths do not fit one another, or an element is not UTF-8. HTTP 400.
    """
    if isinstance(size, bool) or size != len(data):
        raise _malformed(
            f"binary_data_size does not fit: {len(data):,} bytes stand behind the JSON.", SIZE
        )
    texts: list[str] = []
    place = 0
    while place < len(data):
        if place + LENGTH.size > len(data):
            raise _malformed(f"Element {len(texts)} has less than four bytes of length.", SIZE)
        (length,) = LENGTH.unpack_from(data, place)
        place += LENGTH.size
        element = data[place : place + length]
        if len(element) < length:
            raise _malformed(
                f"Element {len(texts)} has {len(element):,} bytes, but says {length:,}.",
                SIZE,
            )
        try:
            texts.append(element.decode())
        except UnicodeDecodeError as error:
            raise _malformed(
                f"Element {len(texts)} holds bytes that are not UTF-8 ({error.reason}).", SIZE
            ) from None
        place += length
    return texts


def bytes_of(data: Sequence[str] | Sequence[float], datatype: str) -> bytes:
    """*data* as they stand behind the JSON of a reply; *datatype* is BYTES or FP64."""
    if datatype == "BYTES":
        encoded = [str(each).encode() for each in data]
        return b"".join(LENGTH.pack(len(each)) + each for each in encoded)
    return struct.pack(f"<{len(data)}d", *data)


def _malformed(reason: str, pointer: str | None = None) -> ProblemError:
    return ProblemError(ProblemType.BINARY_TENSOR, reason, pointer)
