"""`GET /openapi.json` for programs and `GET /docs` for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, Response, render_template

from server.api.openapi.document import openapi
from server.api.openapi.operations import coded_problems
from server.extensions import current_settings
from server.schemas.responses import respond
from server.settings import Settings

description = Blueprint("description", __name__)

# Neither depends on the model, so each is made once a process.
document = cache(openapi)


@description.get("/openapi.json")
def openapi_json() -> Response:
    """The OpenAPI document."""
    return respond(document(current_settings()))


@description.get("/docs")
def docs() -> str:
    """The same on a page, and every error with its anchor."""
    return page_of(current_settings())


@cache
def page_of(settings: Settings) -> str:
    """The page for a server with these *settings*."""
    found = document(settings)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                entry = {"path": path, "method": method.upper(), "operation": operation}
                groups.setdefault(operation["tags"][0], []).append(entry)
    return render_template(
        "docs.html", document=found, groups=groups, problems=coded_problems(), words=words
    )


def words(text: str) -> str:
    """A docstring on one line."""
    return " ".join(text.split())
