"""Builds the OpenAPI 3.1 document from the operations and the types that decode and encode."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import Any, Final

import msgspec

from addsup import __version__
from addsup.server.api.openapi.descriptions import describe
from addsup.server.api.openapi.operations import OPERATIONS, Operation, common_problems
from addsup.server.errors import ProblemType
from addsup.server.schemas.parsing import LETTER
from addsup.server.schemas.responses import ProblemDocument, problem_type
from addsup.server.settings import Settings

PROBLEM_JSON: Final = "application/problem+json"
REFERENCE: Final = "#/components/schemas/{name}"
REQUEST_ID: Final = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}

HEADERS: Final = {
    "RequestId": {
        "description": "The request's own X-Request-ID if it is well-formed, else a new one.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {"description": "Seconds.", "schema": {"type": "integer"}},
    "Authenticate": {"description": "Bearer.", "schema": {"type": "string"}},
}
MORE_HEADERS: Final = {
    401: {"WWW-Authenticate": {"$ref": "#/components/headers/Authenticate"}},
    503: {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
}

#: Lists of texts: the schema, and its member.
BATCHES: Final = (
    ("BatchRequest", "texts"),
    ("LenientBatchRequest", "texts"),
    ("InputTensor", "data"),
    ("V1Request", "instances"),
)

DESCRIPTION: Final = (
    "Says what a text reads as. JSON in and out, strictly typed: unknown and repeated fields are "
    "refused. Errors are RFC 9457 problem documents with a stable code."
)


def openapi_document(
    settings: Settings, root: str = "", letters_only: bool = True
) -> dict[str, Any]:
    """The document of a server with these *settings*, whose paths begin with *root*.

    With *letters_only* the model reads the letters a to z and nothing else.
    """
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method] = _operation(operation, settings)
    for path, item in paths.items():
        if names := re.findall(r"{(\w+)}", path):
            item["parameters"] = [_path_parameter(name, settings) for name in names]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "addsup",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": root or "/"}],
        "paths": dict(paths),
        "components": _components(settings, letters_only),
    }


def _operation(operation: Operation, settings: Settings) -> dict[str, Any]:
    problems = [*operation.problems, *common_problems()]
    guarded = bool(operation.key and getattr(settings, operation.key))
    if guarded:
        problems.append(ProblemType.UNAUTHORIZED)
    described: dict[str, Any] = {
        "operationId": _identifier(operation),
        "summary": operation.summary,
        "tags": [operation.group],
        "responses": {"200": _success(operation), **_failures(problems)},
    }
    if operation.query:
        described["parameters"] = list(operation.query)
    if operation.bodies:
        described["requestBody"] = _body(operation)
    if guarded:
        described["security"] = [{operation.key: []}]
    return described


def _identifier(operation: Operation) -> str:
    words = re.findall(r"\w+", operation.path)
    return "_".join([operation.method, *words])


def _body(operation: Operation) -> dict[str, Any]:
    content = {"application/json": _media(operation.bodies, operation.requests)}
    if operation.form:
        content["application/x-www-form-urlencoded"] = _media((operation.form,), {})
    return {"required": True, "content": content}


def _success(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.replies:
        schema = _one_of(operation.replies)
        if operation.is_list:
            schema = {"type": "array", "items": schema}
        content["application/json"] = {"schema": schema, **_examples(operation.answers)}
    if operation.text:
        kind = "object" if operation.text == "application/json" else "string"
        content[operation.text] = {"schema": {"type": kind}}
    return {"description": operation.summary, "headers": REQUEST_ID, "content": content}


def _failures(problems: list[ProblemType]) -> dict[str, Any]:
    """The answers to what goes wrong: one for each status, with the codes that it may have."""
    by_status: dict[int, list[ProblemType]] = defaultdict(list)
    for problem in problems:
        by_status[problem.status].append(problem)
    return {str(status): _failure(status, kinds) for status, kinds in sorted(by_status.items())}


def _failure(status: int, kinds: list[ProblemType]) -> dict[str, Any]:
    examples = {each.code: {"$ref": f"#/components/examples/{each.code}"} for each in kinds}
    content: dict[str, Any] = {
        PROBLEM_JSON: {"schema": _reference(ProblemDocument), "examples": examples}
    }
    codes = ", ".join(f"`{each.code}`" for each in kinds)
    return {
        "description": f"{HTTPStatus(status).phrase}: {codes}",
        "headers": {**REQUEST_ID, **MORE_HEADERS.get(status, {})},
        "content": content,
    }


def _media(kinds: tuple[type, ...], examples: dict[str, Any]) -> dict[str, Any]:
    return {"schema": _one_of(kinds), **_examples(examples)}


def _one_of(kinds: tuple[type, ...]) -> dict[str, Any]:
    references = [_reference(kind) for kind in kinds]
    return references[0] if len(kinds) == 1 else {"oneOf": references}


def _examples(examples: dict[str, Any]) -> dict[str, Any]:
    return (
        {"examples": {name: {"value": value} for name, value in examples.items()}}
        if examples
        else {}
    )


def _reference(kind: type) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def _path_parameter(name: str, settings: Settings) -> dict[str, Any]:
    described = {
        "name": {"description": "The model; see /model.", "example": settings.model_name},
        "version": {"description": "Its version; see /model."},
    }
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} | described[
        name
    ]


def _components(settings: Settings, letters_only: bool) -> dict[str, Any]:
    kinds: set[type] = {ProblemDocument}
    for operation in OPERATIONS:
        kinds.update((*operation.replies, *operation.bodies))
    in_order = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(in_order, ref_template=REFERENCE)
    for schema in schemas.values():
        describe(schema)
    _describe_texts(schemas, settings, letters_only)
    for kind, member in BATCHES:
        schemas[kind]["properties"][member]["maxItems"] = settings.max_texts
    components = {
        "schemas": schemas,
        "headers": HEADERS,
        "examples": {kind.code: _example(kind) for kind in ProblemType},
    }
    secured = [name for name in ("api_key", "metrics_token") if getattr(settings, name)]
    if secured:
        bearer = {"type": "http", "scheme": "bearer"}
        components["securitySchemes"] = dict.fromkeys(secured, bearer)
    return components


def _describe_texts(schema: Any, settings: Settings, letters_only: bool) -> None:
    """Add to the schema of each text how long it may be, and what has to be in it."""
    if isinstance(schema, list):
        for each in schema:
            _describe_texts(each, settings, letters_only)
    elif isinstance(schema, dict):
        if schema.get("pattern") == LETTER:
            schema["maxLength"] = settings.max_text_chars
            if not letters_only:
                schema |= {"pattern": r"\S", "description": "One text, as typed."}
        for each in list(schema.values()):
            _describe_texts(each, settings, letters_only)


def _example(kind: ProblemType) -> dict[str, Any]:
    return {
        "summary": kind.title,
        "value": {
            "type": problem_type(kind.code),
            "title": kind.title,
            "status": kind.status,
            "detail": kind.meaning,
            "instance": "0f8fad5bd9cb469fa16570867728950e",
            "code": kind.code,
        },
    }
