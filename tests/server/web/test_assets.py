"""Static files: kept for a year under the address that holds their digest."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from addsup.server.web.assets import digest


def test_the_page_names_its_files_with_their_digests(client: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/", buffered=True).text)

    assert len(found) == 3
    for address in found:
        reply = client.get(address, buffered=True)
        assert "max-age=31536000" in reply.headers["Cache-Control"]


def test_under_any_other_address_a_file_is_asked_for_again(client: FlaskClient) -> None:
    for address in (
        "/static/page.js",
        "/static/page.js?v=0",
        "/static/style.css?v=" + digest("page.js"),
    ):
        assert "no-cache" in client.get(address, buffered=True).headers["Cache-Control"]
