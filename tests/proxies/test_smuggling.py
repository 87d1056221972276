"""Request smuggling: no bytes of one client become another client's request or reply.

The payloads make a proxy and a server disagree on where a request ends (RFC 9112, section 11.2).
After each of them other clients come over the same connections, and must get their own replies.
"""

from __future__ import annotations

import http.client
import itertools
import socket
from collections.abc import Iterator

import pytest

from tests.live import LiveServer, workers_of

pytestmark = pytest.mark.hard

SMUGGLED = b"GET /version HTTP/1.1\r\nHost: a\r\nX-Request-ID: smuggled\r\nX: "

#: Ways to say, or nearly to say, that a body is chunked.
CODINGS = [
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding:\tchunked",
    b"Transfer-Encoding:chunked",
    b"Transfer-Encoding: \x0bchunked",
    b"Transfer-Encoding: chunked\x00",
    b"Transfer-Encoding:\x00chunked",
    b"Transfer-Encoding: chunked ",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunkedx",
    b'Transfer-Encoding: "chunked"',
    b"Transfer-Encoding: 'chunked'",
    b"Transfer-Encoding: CHUNKED",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: identity, chunked",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: ",
    b"Transfer-Encoding: ,chunked",
    b"Transfer-Encoding: chunked;q=1",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding\r\n: chunked",
    b"Transfer-Encoding:\r\n chunked",
    b"Transfer-Encoding:\n chunked",
    b" Transfer-Encoding: chunked",
    b"X: y\nTransfer-Encoding: chunked",
    b"X: y\rTransfer-Encoding: chunked",
    b"Transfer_Encoding: chunked",
    b"Transfer-Encodin\xc3\xa9: chunked",
    b"Transfer.Encoding: chunked",
    b"Transfer-Encoding: ch\xc3\xbcnked",
    b"Foo: bar\r\n\tTransfer-Encoding: chunked",
]
#: Ways to say, or nearly to say, how long a body is.
LENGTHS = [
    b"Content-Length: %d",
    b"Content-Length: +%d",
    b"Content-Length: 0%d",
    b"Content-Length:  %d ",
    b"Content-Length: %d\r\nContent-Length: 0",
    b"Content-Length: 0\r\nContent-Length: %d",
    b"Content-Length: %d, %d",
    b"Content-Length: %d\r\nContent-Length: %d",
    b"Content-Length : %d",
    b"Content_Length: %d",
    b"Content-Length: \x0b%d",
    b"Content-Length: %d\x00",
    b"Content-Length: -%d",
    b"Content-Length: 0x%x",
    b"Content-Length: %d.0",
    b"Content-Length:\n %d",
]
#: Bodies in chunks that end earlier, or later, than another parser may think.
CHUNKS = [
    b"0\r\n\r\n",
    b"0\n\n",
    b"00000000000000000\r\n\r\n",
    b"1\r\na\r\n0\r\n\r\n",
    b"1\na\n0\n\n",
    b"1;x=\r\ny\r\n0\r\n\r\n",
    b"1;\na\r\n0\r\n\r\n",
    b"0x1\r\na\r\n0\r\n\r\n",
    b"+1\r\na\r\n0\r\n\r\n",
    b"1 \r\na\r\n0\r\n\r\n",
    b"-1\r\na\r\n0\r\n\r\n",
    b"fffffffffffffffff\r\na\r\n0\r\n\r\n",
    b"1\r\nab\r\n0\r\n\r\n",
    b"1\r\na0\r\n\r\n",
    b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"0\r\nX: y\r\n\r\n",
    b"0\r\n\x00\r\n",
    b"2\r\r;a\r\n02\r\n2d\r\n0\r\n\r\n",
]


def post(framing: bytes, body: bytes) -> bytes:
    return b"POST /predict HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n" + body


def payloads() -> Iterator[bytes]:
    """Every way to frame, with a request hidden where one parser sees a body."""
    length = LENGTHS[0]
    for coding in CODINGS:
        hidden = b"0\r\n\r\n" + SMUGGLED
        yield post(length % len(hidden) + b"\r\n" + coding, hidden)
        yield post(coding + b"\r\n" + length % len(hidden), hidden)
        whole = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
        yield post(length % 4 + b"\r\n" + coding, whole)
        yield post(coding, hidden)
    for each in LENGTHS:
        count = each.count(b"%d") + each.count(b"%x")
        yield post(each % ((len(SMUGGLED),) * count), SMUGGLED)
        yield post(each % ((3,) * count), b"abc" + SMUGGLED)
    for chunks, coding in itertools.product(CHUNKS, CODINGS[:4]):
        yield post(coding, chunks + SMUGGLED)
    for start in (
        b"GET http://b/livez HTTP/1.1\r\nHost: a",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b",
        b"GET /livez\r\nHost: a",
        b"GET /livez HTTP/1.0\r\nConnection: keep-alive",
        b"GET  /livez HTTP/1.1\r\nHost: a",
        b"GET /livez HTTP/1.1\nHost: a",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close, x",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Content-Length",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nExpect: 100-continue",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nExpect: x",
        b"CONNECT a:80 HTTP/1.1\r\nHost: a",
        b"TRACE / HTTP/1.1\r\nHost: a",
        b"OPTIONS * HTTP/1.1\r\nHost: a",
        b"GET /livez HTTP/1.2\r\nHost: a",
        b"GET /livez HTTP/9.9\r\nHost: a",
        b"GET /livez%0d%0aX:y HTTP/1.1\r\nHost: a",
        b"\r\nGET /livez HTTP/1.1\r\nHost: a",
    ):
        yield start + b"\r\n\r\n" + SMUGGLED
        yield start + b"\r\nContent-Length: 3\r\n\r\n" + SMUGGLED


def attack(port: int, payload: bytes) -> bytes:
    """Send *payload*; whatever comes back within a moment."""
    with socket.create_connection(("127.0.0.1", port), 5) as plug:
        plug.sendall(payload)
        plug.settimeout(0.05)
        try:
            return plug.recv(65_536)
        except OSError:
            return b""


def own_reply(connection: http.client.HTTPConnection, request_id: str) -> bool:
    """Whether a client gets the reply to its own request."""
    connection.request("GET", "/livez", headers={"X-Request-ID": request_id})
    reply = connection.getresponse()
    own = reply.headers.get("X-Request-ID") == request_id
    return own and (reply.status, reply.read()) == (200, b'{"status":"live"}\n')


def mixed_up(port: int) -> list[bytes]:
    """The payloads after which some client did not get its own reply."""
    found = []
    for number, payload in enumerate(payloads()):
        attack(port, payload)
        for client in range(4):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            if not all(own_reply(connection, f"{number}-{client}-{turn}") for turn in range(2)):
                found.append(payload)
            connection.close()
    return found


def test_clients_of_a_proxy_get_their_own_replies(proxy: int, live_server: LiveServer) -> None:
    before = workers_of(live_server)

    assert mixed_up(proxy) == []
    assert workers_of(live_server) == before


def test_clients_of_the_server_itself_get_their_own_replies(live_server: LiveServer) -> None:
    assert len(list(payloads())) > 250
    assert mixed_up(live_server.port) == []
