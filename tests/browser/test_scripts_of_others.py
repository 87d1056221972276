"""Texts that are read from right to left, on a page in English."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import expect

from addsup.__main__ import main
from tests.live import LiveServer, running_server

from .conftest import Visit
from .pages import expect_everything, field, submit, verdict
from .test_accessibility import fits, violations

pytestmark = pytest.mark.browser

WORDS = {
    "سلبي": "سيئ ممل ضعيف رديء كئيب".split(),
    "إيجابي": "رائع جميل ممتاز مدهش لطيف".split(),
}


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("arabic")
    with (folder / "films.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for label, words in WORDS.items():
            pairs = product(words, words)
            rows.writerows([f"هذا الفيلم {a} والقصة {b} {a}", label] for a, b in pairs)
    data, model = str(folder / "films.csv"), str(folder / "films.onnx")
    assert main(["train", data, "--repeats", "0", "--quiet", "--export", model]) == 0
    with running_server(MODEL_PATH=model) as server:
        yield server


def test_a_text_from_right_to_left_stands_in_its_order(
    visit: Visit, arabic: LiveServer, screenshots: Path
) -> None:
    page = visit(arabic)
    submit(page, "هذا الفيلم رائع والقصة جميل")
    expect_everything(page)

    words = verdict(page).locator(".typed button")
    places = [box["x"] for word in words.all() if (box := word.bounding_box())]

    assert len(places) > 1
    assert places == sorted(places, reverse=True)  # the first word is the rightmost
    for text in (field(page), verdict(page).locator(".typed p")):
        expect(text).to_have_css("direction", "rtl")
    page.screenshot(path=screenshots / "arabic.png", full_page=True)
    assert fits(page)
    assert violations(page) == []
