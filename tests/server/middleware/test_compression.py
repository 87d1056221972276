"""Compression of replies."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient

from addsup.server.middleware import compression

GOOD = ["A wonderful film."] * 5


def test_a_long_reply_is_packed_where_that_is_asked_for(client: FlaskClient) -> None:
    plain = client.get("/", buffered=True)
    packed = client.get("/", headers={"Accept-Encoding": "br, gzip;q=0.8"}, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_predictions_are_packed_too(client: FlaskClient) -> None:
    asked = {"Accept-Encoding": "gzip"}
    plain = client.post("/predict?explain=1", json={"texts": GOOD})
    packed = client.post("/predict?explain=1", json={"texts": GOOD}, headers=asked)

    assert gzip.decompress(packed.data) == plain.data


def test_zstd_is_taken_where_python_has_it_and_it_was_named(client: FlaskClient) -> None:
    """Debian's forky, in which `make test-image` runs this test, has it; before 3.14 it is gzip."""
    asked = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    plain = client.get("/", buffered=True)
    packed = client.get("/", headers=asked, buffered=True)

    if compression.zstd:
        assert packed.headers["Content-Encoding"] == "zstd"
        assert compression.zstd.decompress(packed.data) == plain.data
    else:
        assert packed.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["*", "gzip", "gzip, zstd;q=0"])
def test_zstd_is_not_given_to_who_has_not_named_it(client: FlaskClient, accepted: str) -> None:
    packed = client.get("/", headers={"Accept-Encoding": accepted}, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity, gzip;q=0"])
def test_it_is_not_done_unasked(client: FlaskClient, accepted: str) -> None:
    reply = client.get("/", headers={"Accept-Encoding": accepted}, buffered=True)

    assert "Content-Encoding" not in reply.headers


@pytest.mark.parametrize("path", ["/livez", "/static/icon.svg"])
def test_short_replies_stay_as_they_are(client: FlaskClient, path: str) -> None:
    reply = client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert "Content-Encoding" not in reply.headers
    assert "Vary" not in reply.headers


def test_head_gets_what_get_would_say_of_the_plain_reply(client: FlaskClient) -> None:
    reply = client.head("/", headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert (reply.status_code, reply.data) == (200, b"")
    assert "Content-Encoding" not in reply.headers


def test_a_file_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    asked = {"Accept-Encoding": "gzip"}
    first = client.get("/static/page.js", headers=asked, buffered=True)
    again = client.get(
        "/static/page.js", headers={**asked, "If-None-Match": first.headers["ETag"]}, buffered=True
    )

    assert first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")
