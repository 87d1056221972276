"""The OpenAPI document is valid, whole, and of the same types that validate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from addsup.server.app import ROUTES, create_app
from addsup.server.errors import ProblemType
from addsup.server.open_inference.management import not_offered
from addsup.server.settings import Settings
from tests.server.conftest import LIMITS

GOOD = "A wonderful film with great acting."

INFERENCE = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [GOOD]}]}

METHODS = {"get", "post"}

#: What a JSON body of /predict may be: one of these.
BODIES = ("TextRequest", "BatchRequest", "LenientBatchRequest")


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/openapi.json").get_json()


def validator(document: Any, name: str) -> Draft202012Validator:
    """A validator for the component *name*."""
    registry = Registry().with_resource(
        "urn:doc",
        Resource.from_contents(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
        ),
    )
    schema = {"$ref": f"urn:doc#/components/schemas/{name}"}
    return Draft202012Validator(schema, registry=registry)


def test_document_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_but_the_pages_is_described(document: Any) -> None:
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", route.template), method.lower())
        for route in ROUTES
        for method, handler in route.methods.items()
        if handler is not not_offered
    }
    described = {
        (path, method)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert described == served


def test_every_error_is_described_with_an_example(document: Any) -> None:
    codes = {problem.code for problem in ProblemType}
    used = json.dumps(document["paths"])

    assert set(document["components"]["examples"]) == codes
    unused = {code for code in codes if f"#/components/examples/{code}" not in used}
    assert unused == {
        "route_not_found",
        "method_not_allowed",
        "unauthorized",
        "not_implemented",
    }


def media(operation: Any) -> Iterator[Any]:
    """What *operation* takes and answers as JSON: schemas with examples."""
    for content in (operation.get("requestBody"), operation["responses"]["200"]):
        if content and "application/json" in content["content"]:
            yield content["content"]["application/json"]


def test_examples_fit_their_schemas(document: Any) -> None:
    for item in document["paths"].values():
        for each in (each for method in METHODS & item.keys() for each in media(item[method])):
            kinds = each["schema"].get("oneOf", [each["schema"]])
            for example in each.get("examples", {}).values():
                names = [kind["$ref"].rpartition("/")[2] for kind in kinds]
                fitting = [validator(document, name).is_valid(example["value"]) for name in names]
                assert fitting.count(True) == 1, example
    for example in document["components"]["examples"].values():
        validator(document, "ProblemDocument").validate(example["value"])


def test_errors_are_described_as_they_are(document: Any) -> None:
    for problem in ProblemType:
        example = document["components"]["examples"][problem.code]
        value = example["value"]
        assert example["summary"] == value["title"] == problem.title
        assert value["status"] == problem.status


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("POST", "/predict", {"text": GOOD}, "PredictionDocument"),
        ("POST", "/predict?explain=1", {"text": GOOD}, "PredictionDocument"),
        ("POST", "/predict?explain=1", {"text": "Zxqv."}, "PredictionDocument"),
        ("POST", "/predict", {"texts": [GOOD]}, "BatchDocument"),
        ("POST", "/predict", {}, "ProblemDocument"),
        ("POST", "/v2/models/sentiment/infer", {}, "ProblemDocument"),
        ("GET", "/model", None, "ModelDocument"),
        ("GET", "/version", None, "VersionDocument"),
        ("GET", "/livez", None, "StateDocument"),
        ("GET", "/v2", None, "ServerMetadata"),
        ("GET", "/v2/models/sentiment", None, "ModelMetadata"),
        ("GET", "/v2/models/sentiment/config", None, "ModelConfiguration"),
        ("GET", "/v2/models/sentiment/stats", None, "Statistics"),
        ("POST", "/v2/models/sentiment/infer", INFERENCE, "InferenceResponse"),
    ],
)
def test_answers_fit_their_schemas(
    client: FlaskClient, document: Any, method: str, path: str, body: Any, name: str
) -> None:
    answer = client.open(path, method=method, json=body).get_json()

    validator(document, name).validate(answer)


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"text": GOOD}, True),
        ({"texts": [GOOD] * 5}, True),
        ({"texts": []}, True),
        ({}, False),
        ({"text": GOOD, "texts": []}, False),
        ({"text": None}, False),
        ({"text": 5}, False),
        ({"text": ""}, False),
        ({"text": "10/10"}, False),
        ({"text": "a" * 501}, False),
        ({"texts": [GOOD] * 6}, False),
        ({"text": GOOD, "lang": "en"}, False),
        ({"texts": [GOOD], "on_error": "request"}, True),
        ({"texts": [GOOD, "", None, "a" * 501], "on_error": "item"}, True),
        ({"texts": [GOOD] * 6, "on_error": "item"}, False),
        ({"texts": [GOOD], "on_error": "ignore"}, False),
    ],
)
def test_schema_allows_what_is_answered_and_nothing_else(
    client: FlaskClient, document: Any, body: Any, fits: bool
) -> None:
    answered = client.post("/predict", json=body).status_code == 200

    kinds = [validator(document, name) for name in BODIES]
    assert (sum(each.is_valid(body) for each in kinds) == 1) == answered == fits


def test_keys_are_described_where_they_are_asked_for() -> None:
    guarded = create_app(Settings(api_key="k" * 16)).test_client().get("/openapi.json").get_json()

    predict, health = guarded["paths"]["/predict"]["post"], guarded["paths"]["/livez"]["get"]
    assert predict["security"] == [{"api_key": []}]
    assert "401" in predict["responses"]
    assert "security" not in health
    assert guarded["components"]["securitySchemes"] == {
        "api_key": {"type": "http", "scheme": "bearer"}
    }


class Anchors(HTMLParser):
    """The ids of a page, where its links lead, and what would break the content policy."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a":
            self.links.add(given["href"] or "")
        if tag in ("script", "style") or "style" in given or any(n.startswith("on") for n in given):
            self.inline.append(tag)


def test_page_explains_every_operation_document_and_error(
    client: FlaskClient, document: Any
) -> None:
    response = client.get("/docs")

    page = Anchors(response.text)
    named = {
        each["operationId"]
        for item in document["paths"].values()
        for method, each in item.items()
        if method != "parameters"
    }
    codes = {problem.code for problem in ProblemType}
    assert response.mimetype == "text/html"
    assert named | codes | set(document["components"]["schemas"]) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_page_needs_nothing_from_elsewhere_and_nothing_inline(client: FlaskClient) -> None:
    response = client.get("/docs")

    page = Anchors(response.text)
    assert "//" not in "".join(link for link in page.links)
    assert [tag for tag in page.inline if tag != "script"] == []
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_type_of_a_problem_leads_to_its_explanation(client: FlaskClient) -> None:
    answer = client.post("/predict", json={}).get_json()

    path, _, anchor = answer["type"].partition("#")
    assert anchor in Anchors(client.get(path).text).ids


def test_limits_of_the_settings_are_in_the_document(document: Any) -> None:
    schemas = document["components"]["schemas"]

    text = schemas["TextRequest"]["properties"]["text"]
    assert text["maxLength"] == LIMITS.max_text_chars
    assert schemas["BatchRequest"]["properties"]["texts"]["maxItems"] == LIMITS.max_texts
    assert "maxItems" not in json.dumps(schemas["OutputTensor"])  # N texts have N * K numbers


def test_no_member_of_a_request_has_a_default(document: Any) -> None:
    """Generators of clients take what has one for something that must be sent."""
    for name in (*BODIES, "InferenceRequest", "V1Request"):
        for member in document["components"]["schemas"][name]["properties"].values():
            assert "default" not in member
