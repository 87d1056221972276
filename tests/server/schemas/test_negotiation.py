"""Content negotiation between HTML and JSON."""

from __future__ import annotations

import pytest
from flask import Flask

from server.schemas.negotiation import wants_html


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/json, text/html;q=0.9", False),
    ],
)
def test_html_is_for_those_who_like_it_better(app: Flask, accept: str, html: bool) -> None:
    with app.test_request_context(headers={"Accept": accept}):
        assert wants_html() is html
