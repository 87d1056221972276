from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from addsup.server.app import create_app, unready_app
from addsup.server.settings import Settings
from addsup.server.web.examples import WRITTEN
from tests.server.conftest import LIMITS

OFFERED = next(iter(WRITTEN.values()))
GOOD = "A wonderful film with great acting."
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Page(HTMLParser):
    """What a test looks for in a page: its elements, and the text in each kind of element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.texts[tag] = self.texts.get(tag, "") + data

    def attributes(self, tag: str) -> dict[str, str | None]:
        """Those of the first *tag*."""
        return next(attributes for name, attributes in self.elements if name == tag)

    @property
    def typed(self) -> str:
        """What a browser would show in the text area: it drops one newline after the tag."""
        return self.texts["textarea"].removeprefix("\n")


def submit(client: FlaskClient, text: str) -> TestResponse:
    return client.post("/", data={"text": text}, headers=BROWSER)


def test_form_names_the_labels_of_the_model(client: FlaskClient) -> None:
    page = Page(client.get("/").text)

    described = {
        a.get("name") or a.get("property"): a["content"]
        for tag, a in page.elements
        if tag == "meta" and "content" in a
    }
    assert "negative or positive" in page.texts["p"]
    assert "negative or positive" in (described["description"] or "")
    assert {"og:title", "og:description", "og:type"} <= described.keys()


def test_verdict_is_shown_in_words_beside_what_was_typed(client: FlaskClient) -> None:
    response = submit(client, GOOD)

    page = Page(response.text)
    assert response.status_code == 200
    assert page.texts["h2"].startswith("This review reads as positive")
    assert page.typed == GOOD
    assert page.texts["dt"].startswith("negativepositive")
    assert "knows 4 of the 4 words that count" in response.text


def test_words_that_matter_are_marked_with_their_numbers(client: FlaskClient) -> None:
    page = Page(submit(client, GOOD).text)

    marked = [a["class"] or "" for tag, a in page.elements if tag == "button" and "type" in a]
    assert len(marked) >= 3
    assert all(name.startswith(("word a s", "word b s")) for name in marked)
    assert "\u201cwonderful\u201d" in page.texts["p"]
    assert "+2." in page.texts["span"]


def test_examples_are_submitted_as_texts(client: FlaskClient) -> None:
    page = Page(client.get("/").text)

    offered = [a["value"] for tag, a in page.elements if tag == "button" and "value" in a]
    assert offered == list(OFFERED.values())
    assert [submit(client, example or "").status_code for example in offered] == [200] * 5


def test_examples_beyond_the_limit_are_not_offered() -> None:
    client = create_app(Settings(max_text_chars=100)).test_client()

    page = Page(client.get("/").text)

    offered = [a["value"] or "" for tag, a in page.elements if tag == "button" and "value" in a]
    assert 0 < len(offered) < len(OFFERED)
    assert max(map(len, offered)) <= 100


def test_line_ends_count_as_they_were_typed(client: FlaskClient) -> None:
    response = submit(client, "good\r\n" * 99)

    assert response.status_code == 200
    assert Page(response.text).typed == "good\n" * 99


def test_text_of_unknown_words_gets_no_verdict(client: FlaskClient) -> None:
    response = submit(client, "Zxqv wvutq.")

    assert Page(response.text).texts["h2"].startswith("No verdict")
    assert "nothing to go on" in response.text


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("", 400, "empty"),
        ("  \n", 400, "empty"),
        ("10/10", 400, "no letters"),
        ("a" * 501, 413, "at most 500"),
    ],
)
def test_error_stands_beside_the_field_which_keeps_what_was_typed(
    client: FlaskClient, text: str, status: int, says: str
) -> None:
    response = submit(client, text)

    page = Page(response.text)
    assert response.status_code == status
    assert says in response.text
    assert page.attributes("textarea")["aria-describedby"] == "text-error count"
    assert ("p", {"class": "error", "id": "text-error", "role": "alert"}) in page.elements
    assert page.typed == text


def test_form_without_its_field_is_refused_on_the_page(client: FlaskClient) -> None:
    response = client.post("/", data={"query": "Good."}, headers=BROWSER)

    assert response.status_code == 400
    assert "no field named text" in response.text


def test_form_sent_in_parts_is_read_too(client: FlaskClient) -> None:
    response = client.post("/", data={"text": GOOD}, content_type="multipart/form-data")

    assert Page(response.text).texts["h2"].startswith("This review reads as positive")


@pytest.mark.parametrize(
    "attack", ["</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"]
)
def test_markup_in_a_text_is_shown_as_text(client: FlaskClient, attack: str) -> None:
    page = Page(submit(client, attack).text)

    assert page.typed == attack
    assert "img" not in [tag for tag, _ in page.elements]
    assert [a["src"].partition("?")[0] for tag, a in page.elements if tag == "script"] == [
        "/static/page.js"
    ]


def test_first_newline_of_a_text_survives(client: FlaskClient) -> None:
    assert Page(submit(client, "\nGreat film").text).typed == "\nGreat film"


def test_page_without_a_model_says_that_it_is_not_ready() -> None:
    client = unready_app(LIMITS).test_client()

    shown, asked = client.get("/", headers=BROWSER), submit(client, GOOD)

    assert shown.status_code == 200
    assert (asked.status_code, asked.mimetype) == (503, "text/html")
    assert "not ready" in asked.text


def test_browsers_and_search_engines_find_what_they_look_for(client: FlaskClient) -> None:
    icon, robots = client.get("/favicon.ico", buffered=True), client.get("/robots.txt")

    assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
    assert robots.text.startswith("User-agent: *\n")


@pytest.mark.parametrize("stripped", [False, True], ids=["prefix kept", "prefix taken off"])
def test_under_a_root_path_every_link_leads_there(stripped: bool) -> None:
    client = create_app(Settings(root_path="/texts")).test_client()
    prefix = "" if stripped else "/texts"

    page = client.get(f"{prefix}/").text
    problem = client.post(f"{prefix}/predict", json={}).get_json()
    document = client.get(f"{prefix}/openapi.json").get_json()

    links = re.findall(r'(?:src|href|action|data-predict)="(/[^"]*)"', page)
    assert links and all(link.startswith("/texts/") for link in links)
    assert problem["type"].startswith("/texts/docs#")
    assert document["servers"] == [{"url": "/texts"}]
    assert 'href="/texts/openapi.json"' in client.get(f"{prefix}/docs").text


def test_a_trusted_proxy_may_name_the_prefix() -> None:
    said = {"X-Forwarded-Prefix": "/texts"}

    trusted = create_app(Settings(trusted_proxies=1)).test_client().get("/", headers=said).text
    other = create_app(Settings()).test_client().get("/", headers=said).text

    assert 'action="/texts/#result"' in trusted
    assert 'action="/#result"' in other


def test_letters_that_are_not_read_are_said(client: FlaskClient) -> None:
    page = client.post("/", data={"text": "Sch\u00f6n, a good film. \u041f\u0440"}).text
    plain = client.post("/", data={"text": "A good film."}).text

    assert "3 letters of other alphabets were not read." in page
    assert "of other alphabets" not in plain.split("What it cannot do")[0]


def test_fragment_is_the_verdict_of_the_page(client: FlaskClient) -> None:
    sent = {"text": f'{GOOD} <b>"bad"</b> & \u00e9'}
    page = client.post("/", data=sent, headers=BROWSER).text

    fragment = client.post("/verdict", data=sent, headers={"Accept": "application/json"})

    assert fragment.mimetype == "text/html"
    assert fragment.text.strip() in page
    assert "<main>" not in fragment.text


def test_fragment_has_the_answer_of_predict(client: FlaskClient) -> None:
    sent = {"text": f'{GOOD} <b>"bad"</b> & \u00e9'}

    fragment = Page(client.post("/verdict", data=sent).text)

    answer = json.loads(fragment.attributes("section")["data-answer"] or "")
    assert answer == client.post("/predict?explain=1", json=sent).json


@pytest.mark.parametrize(
    ("sent", "code"), [({"text": "10/10"}, "text_without_letters"), ({}, "missing_text")]
)
def test_fragment_is_refused_as_json(client: FlaskClient, sent: dict[str, str], code: str) -> None:
    refused = client.post("/verdict", data=sent, headers={"Accept": "application/json"})

    assert (refused.status_code, refused.json["code"]) == (400, code)
