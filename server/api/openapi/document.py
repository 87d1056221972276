"""The OpenAPI 3.1 document: a file beside this one, with the limits of a server's settings."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from addsup import __version__
from addsup.server.settings import Settings

FILE: Final = files("addsup.server.api.openapi") / "openapi.json"

#: What a text has to have in it, for a model that reads the letters a to z.
LETTER: Final = "[a-zA-Z]"

#: Lists of texts: the schema, and its member.
BATCHES: Final = (
    ("BatchRequest", "texts"),
    ("LenientBatchRequest", "texts"),
    ("InputTensor", "data"),
    ("V1Request", "instances"),
)


def openapi_document(
    settings: Settings, root: str = "", letters_only: bool = True
) -> dict[str, Any]:
    """The document of a server with these *settings*, whose paths begin with *root*.

    With *letters_only* the model reads the letters a to z and nothing else.
    """
    document: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    document["info"]["version"] = __version__
    document["servers"] = [{"url": root or "/"}]
    components = document["components"]
    responses = components.pop("responses")
    for item in document["paths"].values():
        for parameter in item.get("parameters", ()):
            if parameter["name"] == "name":
                parameter["example"] = settings.served_name
        for operation in (each for name, each in item.items() if name != "parameters"):
            _guard(operation, settings)
            _insert(operation["responses"], responses)
    _describe_texts(components["schemas"], settings, letters_only)
    for kind, member in BATCHES:
        components["schemas"][kind]["properties"][member]["maxItems"] = settings.max_texts
    _leave_keys(components, settings)
    return document


def _guard(operation: dict[str, Any], settings: Settings) -> None:
    """Leave out of *operation* the key that the server does not ask for."""
    (key,) = (name for each in operation.get("security", [{"": []}]) for name in each)
    if key and not getattr(settings, key):
        del operation["security"], operation["responses"]["401"]


def _insert(of_operation: dict[str, Any], shared: dict[str, Any]) -> None:
    """Put *shared* responses where they are referred to: some generators follow no reference."""
    for status, response in of_operation.items():
        if "$ref" in response:
            of_operation[status] = shared[response["$ref"].rpartition("/")[2]]


def _describe_texts(schema: Any, settings: Settings, letters_only: bool) -> None:
    """Add to the schema of each text how long it may be, and what has to be in it."""
    if isinstance(schema, dict) and schema.get("pattern") == LETTER:
        schema["maxLength"] = settings.max_text_chars
        if not letters_only:
            schema |= {"pattern": r"\S", "description": "One text, as typed."}
    elif isinstance(schema, dict | list):
        for each in schema.values() if isinstance(schema, dict) else schema:
            _describe_texts(each, settings, letters_only)


def _leave_keys(components: dict[str, Any], settings: Settings) -> None:
    """Leave those security schemes that the server has keys for."""
    schemes = components.pop("securitySchemes")
    if kept := {name: each for name, each in schemes.items() if getattr(settings, name)}:
        components["securitySchemes"] = kept
