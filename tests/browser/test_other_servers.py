"""Another model, and a server that wants a key."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from addsup.__main__ import main
from tests.live import LiveServer, running_server

from .conftest import Visit
from .pages import NO, expect_everything, expect_verdict, submit, verdict
from .test_accessibility import fits, violations

pytestmark = pytest.mark.browser

# Names that a careless page would sort as numbers, take for markup, or let run out of its column.
WORDS = {
    "1": "awful terrible worst garbage boring waste stupid rubbish",
    "10": "masterpiece brilliant perfect stunning wonderful superb flawless dazzling",
    "2 & a half": "weak dull poor slow predictable lazy mediocre tired",
    "<b>7</b>": "good enjoyable solid funny clever charming entertaining fun",
    "neither here nor there": "okay average decent fine passable watchable fair middling",
}


@pytest.fixture(scope="module")
def five_labels(tmp_path_factory: pytest.TempPathFactory, data_cache: Path) -> Iterator[LiveServer]:
    """Serve a model of five labels, made by the project's own command."""
    folder, chance = tmp_path_factory.mktemp("five"), random.Random(5)
    with (folder / "five.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for label, words in WORDS.items():
            for _ in range(24):
                one, other = chance.sample(words.split(), 2)
                noun = chance.choice(["plot", "music", "cast", "ending", "scene"])
                rows.writerow([f"The film was {one}, the {noun} {other}.", label])
    arguments = ["--data", str(folder / "five.csv"), "--text-column", "text"]
    assert data_cache.is_dir()
    arguments += ["--label-column", "label", "--repeats", "0", "--quiet"]
    assert main(["train", *arguments, "--export", str(folder / "five.onnx")]) == 0
    with running_server(MODEL_PATH=str(folder / "five.onnx")) as server:
        yield server


@pytest.mark.parametrize("width", [320, 1280])
def test_five_labels_show_right(
    visit: Visit, five_labels: LiveServer, width: int, screenshots: Path
) -> None:
    page = visit(five_labels, viewport={"width": width, "height": 900})

    submit(page, "The plot is clever, funny and enjoyable, if a little slow.")

    expect_verdict(page, "<b>7</b>")
    expect_everything(page)
    expect(verdict(page).get_by_role("heading")).to_contain_text("This text reads as")
    assert "review" not in page.locator("main").inner_text().lower()
    assert verdict(page).locator("dt").all_inner_texts() == sorted(WORDS)
    expect(verdict(page).locator(".sentence")).to_contain_text("most for <b>7</b> over")
    expect(page.locator("header")).to_contain_text("1, 10, 2 & a half, <b>7</b> or neither here")
    expect(page.get_by_role("img", name="Confusion matrix")).to_be_visible()
    expect(page.get_by_role("img", name="Reliability plot")).to_have_count(0)
    page.screenshot(path=screenshots / f"five-{width}.png", full_page=True)
    assert fits(page)
    assert violations(page) == []


def test_server_that_wants_a_key_still_judges_what_is_typed(visit: Visit) -> None:
    with running_server(API_KEY="a-key-of-some-length-for-a-test") as server:
        page = visit(server, refused=True)

        submit(page, NO)

        expect_verdict(page, "negative")
        expect(page.get_by_role("button", name="Copy as curl")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.locator(".changes")).to_have_count(0)
