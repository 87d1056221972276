"""A request is tried on the page of the API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live import LiveServer, running_server

from .conftest import Visit
from .test_accessibility import fits, violations

pytestmark = pytest.mark.browser


def opened(page: Page, server: LiveServer, operation: str) -> Locator:
    """The form of *operation* on the page at /docs, in sight."""
    page.goto(f"{server.url}/docs")
    entry = page.locator(f"#{operation}")
    entry.locator("summary").click()
    return entry.locator(".try")


def reply(form: Locator) -> tuple[str, str]:
    """The first line and the body of what came back."""
    shown = form.locator("output")
    expect(shown).to_contain_text("X-Request-ID")
    head, _, body = shown.inner_text().partition("\n\n")
    return head.split("\n")[0], body


@pytest.mark.parametrize("width", [320, 1280])
def test_example_of_predict_is_sent_and_answered(
    visit: Visit, live_server: LiveServer, screenshots: Path, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 900})
    form = opened(page, live_server, "post_predict")

    form.get_by_label("explain").fill("1")
    form.get_by_role("button", name="Send").click()

    status, body = reply(form)
    assert status == "200 OK"
    assert json.loads(body)["explanation"]["words"]
    page.screenshot(path=screenshots / f"docs-{width}.png")
    assert fits(page)
    assert violations(page) == []


def test_what_is_refused_is_shown_as_it_is_answered(visit: Visit, live_server: LiveServer) -> None:
    form = opened(visit(refused=True), live_server, "post_predict")

    form.get_by_label("Body").fill('{"reviev": "good"}')
    form.get_by_role("button", name="Send").click()

    status, body = reply(form)
    assert status == "400 Bad Request"
    assert json.loads(body)["code"] == "unknown_field"


def test_parts_of_the_path_are_filled_in(visit: Visit, live_server: LiveServer) -> None:
    form = opened(visit(), live_server, "get_v2_models_name")

    form.get_by_role("button", name="Send").click()

    _, body = reply(form)
    assert json.loads(body)["name"] == "sentiment"


def test_metrics_are_shown_as_text(visit: Visit, live_server: LiveServer) -> None:
    form = opened(visit(), live_server, "get_metrics")

    form.get_by_role("button", name="Send").click()

    assert "# TYPE" in reply(form)[1]


def test_key_is_sent_where_one_is_wanted(visit: Visit) -> None:
    key = "a-key-of-some-length-for-a-test"
    with running_server(API_KEY=key) as server:
        page = visit(server)
        form = opened(page, server, "post_predict")

        form.get_by_label("key").fill(key)
        form.get_by_role("button", name="Send").click()

        assert reply(form)[0] == "200 OK"


def test_without_javascript_there_is_no_form(visit: Visit, live_server: LiveServer) -> None:
    form = opened(visit(java_script_enabled=False), live_server, "post_predict")

    expect(form).to_be_hidden()
