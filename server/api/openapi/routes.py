"""`GET /openapi.json` for programs and `GET /docs` for people."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Blueprint, render_template, request

from addsup.server.api.openapi.document import openapi_document
from addsup.server.errors import ProblemType
from addsup.server.extensions import Extensions, current
from addsup.server.http.request import Reply, Request
from addsup.server.http.routing import Route
from addsup.server.schemas.responses import respond
from addsup.server.settings import Settings

docs = Blueprint("docs", __name__)

# Of the model they depend on what it reads alone, so each is made once a process.
document = lru_cache(maxsize=4)(openapi_document)


def openapi_json(asked: Request) -> Reply:
    """The OpenAPI document."""
    server = asked.server
    root = asked.environ.get("SCRIPT_NAME", "")
    return respond(asked, document(server.settings, root, reads_letters_only(server)))


@docs.get("/docs")
def docs_page() -> str:
    """The same on a page, and every error with its anchor."""
    server = current()
    return page_of(server.settings, request.script_root, reads_letters_only(server))


ROUTES = (Route("/openapi.json", "facts", {"GET": openapi_json}),)


def reads_letters_only(server: Extensions) -> bool:
    """Whether the model reads the letters a to z alone; until it is loaded it is said to."""
    model = server.loaded_model
    return model is None or model.manifest.analyzer.kind == "letters"


@lru_cache(maxsize=4)
def page_of(settings: Settings, root: str, letters_only: bool) -> str:
    """The page for a server with these *settings* at *root*."""
    found = document(settings, root, letters_only)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                entry = _entry(path, method, operation, item.get("parameters", []))
                groups.setdefault(operation["tags"][0], []).append(entry)
    return render_template(
        "docs.html", document=found, groups=groups, problems=ProblemType, root=root
    )


def _entry(path: str, method: str, operation: dict[str, Any], inside: list[Any]) -> dict[str, Any]:
    """An operation on the page, with what a request to try it begins with: the first example."""
    content = operation.get("requestBody", {}).get("content", {})
    examples = content.get("application/json", {}).get("examples", {}).values()
    return {
        "path": path,
        "method": method.upper(),
        "operation": operation,
        "parameters": inside,
        "body": next((example["value"] for example in examples), None),
    }
