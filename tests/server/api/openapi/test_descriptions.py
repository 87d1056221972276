from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from addsup.server.api.openapi.descriptions import describe


def test_attributes_of_a_docstring_describe_the_members() -> None:
    schema: dict[str, Any] = {
        "description": """A bar,
    or None.

    Attributes:
        low: where it begins,
            in nats.
        high: where it ends.
        of: what it is of.
    """,
        "properties": {"low": {}, "high": {"description": "The end."}, "of": {"$ref": "#/x"}},
    }

    describe(schema)

    assert schema == {
        "description": "A bar, or null.",
        "properties": {
            "low": {"description": "Where it begins, in nats."},
            "high": {"description": "The end."},
            "of": {"$ref": "#/x"},
        },
    }


def test_schema_without_a_description_is_left_alone() -> None:
    schema: dict[str, Any] = {"type": "object"}

    describe(schema)

    assert schema == {"type": "object"}


def test_document_speaks_of_the_api_and_not_of_code(client: FlaskClient) -> None:
    document = client.get("/openapi.json").text

    assert re.findall(r"Attributes:|Raises:|Args:|\bNone\b|server\.\w|dataclass", document) == []
