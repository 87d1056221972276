"""Request parser, on the requests of Gunicorn's and http-parser's own tests."""

from __future__ import annotations

import importlib.machinery
import random
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config

from addsup.server.worker.request_parser import RequestParser

pytestmark = pytest.mark.data

MIB = 2**20

#: Valid for Gunicorn, refused here.
STRICTER = {
    "013": "spaces in a chunk extension, which llhttp refuses",
    "024": "no limit on the target; here it has 4,094 bytes",
    "025": "a coding beside chunked",
    "025_line": "a coding beside chunked",
    "029": "a coding beside chunked",
    "030": "a coding beside chunked",
    "031": "a method that HTTP does not know",
    "rfc9112_smuggle_gzip_chunked_01": "a coding beside chunked",
    "rfc9112_smuggle_te_identity_chunked_01": "a coding beside chunked",
}
#: Its body ends before its length; Gunicorn's test reads what is there.
INCOMPLETE = {"099"}
#: Refused by Gunicorn, accepted here, and why that is harmless.
MORE_LENIENT = {
    "040": "a field with an underscore is dropped, as with header_map=drop",
    "rfc9110_trailer_forbidden_host_01": "trailers are ignored, whatever their name",
    "rfc9112_leading_crlf_02": "RFC 9112, section 2.2: empty lines before a request are ignored",
}

#: Accepted by http-parser, refused here: line folding, bare LF, codings beside chunked, HTTP/0.9,
#: spaces in a chunk extension, a target that is not ASCII, a method with `*` but OPTIONS.
REFUSED = {
    "line folding in header value",
    "m-search request",
    "multiple connection header values with folding",
    "multiple connection header values with folding and lws",
    "post - multi coding transfer-encoding chunked body",
    "post - multi line coding transfer-encoding chunked body",
    "request with no http version",
    "utf-8 path request",
    "with nonsense after the length",
}


@dataclass(frozen=True)
class Case:
    """A request file: its bytes, and what Gunicorn makes of them."""

    name: str
    data: bytes
    expected: list[Any]


def cases(folder: Path) -> Iterator[Case]:
    """The files of *folder*, but those that change a setting of Gunicorn that is not here."""
    for path in sorted(folder.glob("*.http")):
        module = types.ModuleType("case")
        module.uri = lambda raw: raw  # type: ignore[attr-defined]
        module.cfg = Config()  # type: ignore[attr-defined]
        usual = {name: repr(each.get()) for name, each in Config().settings.items()}
        importlib.machinery.SourceFileLoader("case", str(path.with_suffix(".py"))).exec_module(
            module
        )
        settings = module.cfg.settings  # type: ignore[attr-defined]
        if all(repr(each.get()) == usual[name] for name, each in settings.items()):
            request = module.request  # type: ignore[attr-defined]
            expected = request if isinstance(request, list) else [request]
            yield Case(path.stem, _bytes(path), expected)


def _bytes(path: Path) -> bytes:
    text = path.read_bytes().replace(b"\n", b"")
    for written, meant in ((rb"\r", b"\r"), (rb"\n", b"\n"), (rb"\t", b"\t"), (rb"\0", b"\0")):
        text = text.replace(written, meant)
    return re.sub(rb"\\x([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), text)


def with_host(data: bytes) -> bytes:
    """*data*, each HTTP/1.1 head of which has a Host, which Gunicorn does not ask for."""
    if b"\nhost:" in data.lower() or data.startswith(b"GET /first HTTP/1.0\r\nContent-Length"):
        return data
    return re.sub(rb"( HTTP/1\.1\r\n)", rb"\1Host: a\r\n", data)


def parsed(data: bytes, pieces: int = 1, seed: int = 0) -> RequestParser:
    """A parser that has been fed *data*, in one or more pieces."""
    parser, chance = RequestParser(MIB), random.Random(seed)
    places = sorted(chance.randrange(len(data) + 1) for _ in range(pieces - 1))
    for start, end in zip([0, *places], [*places, len(data)], strict=True):
        parser.feed(data[start:end])
    return parser


def found(parser: RequestParser) -> list[Any]:
    """What a parser has made of its bytes."""
    requests = [(each.method, each.target, each.body, each.fields) for each in parser.requests]
    return [requests, parser.refusal, parser.started]


def test_what_gunicorn_accepts_is_read_alike(gunicorn_requests: Path) -> None:
    seen = 0
    for case in cases(gunicorn_requests / "valid"):
        parser = parsed(with_host(case.data))
        requests = [(each.method, each.target, each.body) for each in parser.requests]
        if case.name in STRICTER:
            assert parser.refusal, case.name
        elif case.name in INCOMPLETE:
            assert parser.started and not requests, case.name
        else:
            wanted = [(each["method"], each["uri"].encode(), each["body"]) for each in case.expected
                      if isinstance(each, dict)]  # fmt: skip
            assert requests == wanted, case.name
        seen += 1
    assert seen > 40


def test_what_gunicorn_refuses_is_refused_or_never_whole(gunicorn_requests: Path) -> None:
    seen = 0
    for case in cases(gunicorn_requests / "invalid"):
        parser = parsed(case.data)
        accepted = parser.requests and not parser.refusal and not parser.started
        assert bool(accepted) == (case.name in MORE_LENIENT), case.name
        seen += 1
    assert seen > 60


def test_requests_are_the_same_however_their_bytes_are_cut(
    gunicorn_requests: Path, http_parser_requests: dict[str, bytes]
) -> None:
    files = [*cases(gunicorn_requests / "valid"), *cases(gunicorn_requests / "invalid")]
    for data in [*(case.data for case in files), *http_parser_requests.values()]:
        whole = found(parsed(with_host(data)))
        byte_by_byte = RequestParser(MIB)
        for place in range(len(with_host(data))):
            byte_by_byte.feed(with_host(data)[place : place + 1])
        assert found(byte_by_byte) == whole, data[:200]
        for seed in range(5):
            assert found(parsed(with_host(data), 4, seed)) == whole, data[:200]


def test_requests_of_http_parser_are_read_but_for_obsolete_forms(
    http_parser_requests: dict[str, bytes],
) -> None:
    assert len(http_parser_requests) > 30
    refused = {
        name for name, data in http_parser_requests.items() if not parsed(with_host(data)).requests
    }

    assert refused == REFUSED
