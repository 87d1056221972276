"""A thousand labels: the page shows the likeliest, the card the most confused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from addsup import export_pipeline
from tests.live import LiveServer, running_server

COUNT = 1000
LABELS = [f"intent {number:04}" for number in range(COUNT)]
TEXTS = [f"Word{number} word{number // 2}, hello." for number in range(COUNT)]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "many.onnx"
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB(alpha=0.01)).fit(TEXTS, LABELS)
    export_pipeline(pipeline, path, TEXTS, np.roll(LABELS, 1), quiet=True)
    return path


@pytest.fixture(scope="module")
def server(exported: Path) -> Iterator[LiveServer]:
    with running_server(MODEL_PATH=str(exported)) as running:
        yield running


@pytest.mark.slow
def test_each_text_gets_its_label(server: LiveServer) -> None:
    answer = server.predict({"review": "word501 word250"}).json

    assert answer["label"] == "intent 0501"
    assert len(answer["probabilities"]) == COUNT


@pytest.mark.slow
def test_the_page_shows_the_five_likeliest_and_folds_the_others_away(server: LiveServer) -> None:
    page = server.ask(
        "/", "POST", "review=word501", Content_Type="application/x-www-form-urlencoded"
    ).text

    shown, folded = page.split("The other 995 labels")
    assert shown.count("<dt><bdi>intent ") == 5
    assert folded.count("<dt><bdi>intent ") == 995
    assert "reads it as one of 1000 labels" in page
    assert "What it takes for what, most often" in page
    assert "(1,000 labels)" in page


@pytest.mark.slow
def test_the_card_tells_of_the_most_confused_and_lists_no_thousand(exported: Path) -> None:
    card = exported.with_suffix(".md").read_text("utf-8")

    assert "The labels most often taken for another:" in card
    assert "and 950 more" in card
    assert len(card) < 20_000
