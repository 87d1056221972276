"""The documents say what is there: routes, settings, error codes, commands, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from addsup.server.api.openapi.document import openapi_document
from addsup.server.app import ROUTES, create_app
from addsup.server.errors import ProblemType
from addsup.server.open_inference.management import not_offered
from addsup.server.settings import Settings
from tests.places import ROOT

README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
TRAINING = (ROOT / "docs" / "training.md").read_text()
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("server/**/*.md"))
)
ERRORS = (ROOT / "docs" / "errors.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def rows(pattern: str, text: str) -> set[tuple[str, ...]]:
    """What *pattern* finds in the lines of *text*."""
    return {match.groups() for match in re.finditer(pattern, text, re.MULTILINE)}


def test_every_route_is_in_the_api_s_page_and_no_other() -> None:
    pages = {
        (method, rule.rule)
        for rule in create_app().url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS") and rule.endpoint != "static"
    }
    served = pages | {
        (method, route.template)
        for route in ROUTES
        for method, handler in route.methods.items()
        if handler is not not_offered
    }

    assert rows(r"^\| `(GET|POST) (/\S*)` \|", API) == served


def test_every_metric_is_documented_and_no_other() -> None:
    app = create_app()
    client = app.test_client()
    client.post("/predict", json={"review": "Good."})
    families = text_string_to_metric_families(client.get("/metrics").text)
    served = {
        (f"{family.name}_total" if family.type == "counter" else family.name,)
        for family in families
        if not family.name.endswith("_created")
    }

    assert rows(r"^\| `([a-z_]+)` \| ", OPERATING) == served


def test_every_error_is_in_its_page_with_status_and_meaning() -> None:
    examples = openapi_document(Settings())["components"]["examples"]
    explained = {
        (kind.code, str(kind.status), examples[kind.code]["value"]["detail"])
        for kind in ProblemType
    }

    assert rows(r"^\| `([a-z_]+)` \| (\d{3}) \| (.*) \|$", ERRORS) == explained


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    documented = {(each.name, each.default, each.meaning) for each in Settings.documented()}

    assert rows(r"^\| `([A-Z_]+)` \| `(.*?)` \| (.*) \|$", OPERATING) == documented


def test_every_make_target_has_a_description_and_is_documented() -> None:
    described = {target for (target,) in rows(r"^([a-z-]+):.*## .+$", MAKEFILE)}
    listed = {target for (target,) in rows(r"^\| `make ([a-z-]+)` \|", OPERATING)}
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)

    assert described == set(phony.split())
    assert listed == described - {"help"}


def test_table_beside_others_is_the_one_that_the_benchmark_wrote() -> None:
    page = (ROOT / "docs" / "benchmark.md").read_text()
    (table,) = re.findall(r"## In short\n\n.*?\n\n(\|.*?\n)\n", page, re.DOTALL)

    assert table in README


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(path: Path) -> None:
    if "decisions" in path.parts or path.name == "CHANGELOG.md":
        return  # they tell of what was
    text = path.read_text()
    named = set(
        re.findall(
            r"`((?:server|train|export|score|inference|tables|tests|bench|models|docs|image)/[\w./-]*\w)`",
            text,
        )
    )
    linked = set(re.findall(r"\]\((?!https?:)([^)#]+)", text))

    missing = {name for name in named if not (ROOT / name).exists()} - {"models/mail.onnx"}
    assert missing | {link for link in linked if not (path.parent / link).exists()} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_path_of_a_machine(path: Path) -> None:
    assert not re.search(r"/(?:home|root|Users|work)/\w", path.read_text())


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_what_a_newcomer_reads_first_is_short(name: str) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= 120


def test_model_card_and_changelog_state_the_figures_of_the_model_file() -> None:
    from addsup.inference.model import Model

    figures = Model.load(ROOT / "models" / "sentiment.onnx").manifest.figures

    assert figures.accuracy
    accuracy = figures.accuracy.mean
    assert f"{accuracy:.3f}" in (ROOT / "models" / "sentiment.md").read_text()
    assert f"{accuracy:.3f}" in (ROOT / "CHANGELOG.md").read_text()
    assert f"{accuracy:.1%}".replace("%", " %") in README


def test_table_of_classifiers_is_the_one_that_compare_kept_and_of_the_model_file() -> None:
    from addsup.inference.model import Model
    from addsup.train.classifiers import KINDS
    from addsup.train.evaluation.comparison import comparison_of_model

    model = Model.load(ROOT / "models" / "sentiment.onnx").manifest
    kept = comparison_of_model(ROOT / "models" / "sentiment.onnx", model.data.sha256)

    assert kept
    for document in (TRAINING, (ROOT / "models" / "sentiment.md").read_text()):
        assert f"\n\n{kept.table()}\n\n" in document
        assert f"\n$ {kept.command}\n" in document
    assert [row.classifier for row in kept.rows] == [kind.title for kind in KINDS.values()]
    first, figures = kept.rows[0], model.figures
    assert first.accuracy == figures.accuracy
    assert first.roc_auc == figures.roc_auc
    assert first.log_loss == figures.log_loss
    assert first.calibration_error == figures.calibration_error
