"""The card, the figures for programs and the plots that come with a model file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest

from addsup.export.publish import publish
from addsup.export.report import plots
from addsup.export.report.card_text import language_name
from addsup.export.report.top_terms import strongest
from addsup.inference.analyzer_settings import Analyzer
from addsup.inference.manifest import Bin, Figures, HeldOut, Interval
from addsup.train.artifact import LearningPoint, TrainedModel, UnseenPredictions
from addsup.train.evaluation.comparison import Comparison, Row
from addsup.train.hyperparameters import Setting
from tests.export.small import small_model

INTERVAL = Interval(0.8, 0.75, 0.85)
LABELS = ("dreadful", "poor", "fair", "good", "splendid")


def guesses(labels: int, reviews: int = 400) -> UnseenPredictions:
    """What a recipe that is better than chance might have said."""
    random = np.random.default_rng(0)
    truth = np.arange(reviews) % labels
    scores = random.random((reviews, labels)) + 0.5 * np.eye(labels)[truth]
    learning = [LearningPoint(n, Interval(0.5 + n / 1000, 0.4, 0.9)) for n in (40, 200, 360)]
    return UnseenPredictions(truth, scores / scores.sum(axis=1, keepdims=True), tuple(learning))


@pytest.fixture(scope="module")
def evaluated(trained: TrainedModel) -> TrainedModel:
    """With figures from cross-validation."""
    bins = (Bin(0.6, 0.55, 100), Bin(0.9, 0.85, 300))
    figure = Interval(0.81, 0.79, 0.83)
    figures = Figures(
        protocol=trained.figures.protocol,
        held_out=trained.figures.held_out,
        accuracy=figure,
        f1={"negative": figure, "positive": figure},
        calibration_error=Interval(0.031, 0.02, 0.04),
        confusion=((160, 40), (36, 164)),
        reliability=bins,
    )
    return replace(trained, figures=figures, unseen_predictions=guesses(2))


@pytest.fixture(scope="module")
def published(evaluated: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published model, all of its descriptions included."""
    folder = tmp_path_factory.mktemp("published")
    publish(evaluated, folder / "reviews.onnx")
    return folder


@pytest.fixture(scope="module")
def card(published: Path) -> str:
    return (published / "reviews.md").read_text()


def test_card_has_every_section(card: str) -> None:
    titles = re.findall(r"\n## (.*)\n", card)

    assert titles == [
        *("Intended use", "How to use", "Data", "How it was made", "Figures", "Behaviour"),
        *("Limits", "Ethical considerations", "How to reproduce"),
    ]


def test_card_states_figures_with_intervals_data_and_command(card: str) -> None:
    for part in (
        "| accuracy | 0.810 (0.790 to 0.830) |",
        "| expected calibration error | 0.031 (0.020 to 0.040) |",
        "| positive | 36 | 164 |",
        "licence: CC BY",
        "500 negative, 500 positive",
        "$ make train",
    ):
        assert part in card


def test_front_matter_is_what_hugging_face_reads(card: str) -> None:
    front = card.split("---\n")[1]
    fields = dict(line.split(": ", 1) for line in front.splitlines())

    assert fields["pipeline_tag"] == "text-classification"
    assert fields["language"] == "en"
    assert fields["license_name"] == '"CC BY"'


def test_every_file_that_the_card_links_to_is_there_and_plots_are_small(
    card: str, published: Path
) -> None:
    linked = re.findall(r"\]\(([^):]+)\)", card)

    assert len([name for name in linked if name.endswith(".svg")]) == 4
    for path in map(published.joinpath, linked):
        assert path.is_file()
        if path.suffix == ".svg":
            assert ElementTree.fromstring(path.read_bytes()).tag.endswith("svg")
            assert path.stat().st_size < 40_000


def test_json_holds_figures_behaviour_and_words(published: Path) -> None:
    found = json.loads((published / "reviews.json").read_text())

    assert found["figures"]["accuracy"] == {"mean": 0.81, "low": 0.79, "high": 0.83}
    assert {"case", "negation"} <= {each["topic"] for each in found["behaviour"]}
    assert found["learning"][0]["reviews"] == 40
    assert {"great", "excellent"} <= dict(found["words"]["positive"]).keys()
    assert {"bad", "awful"} <= dict(found["words"]["negative"]).keys()
    assert all(mean > 0 for terms in found["words"].values() for _, mean in terms)


def test_describing_a_model_twice_gives_the_same_bytes(
    evaluated: TrainedModel, published: Path, tmp_path: Path
) -> None:
    publish(evaluated, tmp_path / "reviews.onnx")

    names = ["reviews.json", *(f"reviews/{p.name}" for p in (published / "reviews").iterdir())]

    assert all((tmp_path / n).read_bytes() == (published / n).read_bytes() for n in names)


def test_without_cross_validation_there_are_fewer_plots_and_no_stale_ones(
    evaluated: TrainedModel, trained: TrainedModel, tmp_path: Path
) -> None:
    publish(evaluated, tmp_path / "reviews.onnx")
    publish(trained, tmp_path / "reviews.onnx")

    left = {path.stem for path in (tmp_path / "reviews").iterdir()}

    assert left == {"words"}
    assert "On the texts held out" in (tmp_path / "reviews.md").read_text()


def test_model_with_five_labels_is_described(trained: TrainedModel, tmp_path: Path) -> None:
    # Not the same number of each, or words of two labels would be an exact tie.
    labels = [label for number, label in enumerate(LABELS) for _ in range(8 + 3 * number)]
    reviews = [f"{label} film {'with songs' * (n % 3)}" for n, label in enumerate(labels)]
    texts = [trained.normaliser.normalise(review) for review in reviews]
    figures = Figures(protocol="One split.", held_out=HeldOut(50, 0.2, ((2,) * 5,) * 5))
    pipeline = Setting(strength=2.0).pipeline().fit(texts, labels)
    five = replace(
        trained,
        pipeline=pipeline,
        texts=reviews,
        figures=figures,
        unseen_predictions=guesses(5),
    )

    publish(five, tmp_path / "five.onnx")

    found = json.loads((tmp_path / "five.json").read_text())
    assert {label: terms[0][0] for label, terms in found["words"].items()} == {
        label: trained.normaliser.normalise(label) for label in LABELS
    }
    assert "negation" not in {each["topic"] for each in found["behaviour"]}


def test_words_of_fewer_than_three_texts_say_nothing() -> None:
    assert strongest(small_model(), ["Good films!", "Bad film."], 5) == {"down": [], "up": []}


@pytest.mark.parametrize("count", [2, 30])
def test_any_number_of_labels_can_be_drawn(count: int) -> None:
    labels = [f"label {n} & <co>" for n in range(count)]
    words: dict[str, Sequence[tuple[str, float]]] = {label: [("film", 1.0)] for label in labels}

    drawn = [
        plots.roc_and_precision_recall(guesses(count), labels),
        plots.words(words),
    ]

    for svg in drawn:
        shown = {each.text for each in ElementTree.fromstring(svg).iter()}
        assert any(labels[-1] in (text or "") or "label 8" in (text or "") for text in shown)


def test_the_language_is_what_the_file_says() -> None:
    letters = small_model().manifest
    block = msgspec.structs.replace(letters.blocks[0], analyzer=Analyzer())
    words = msgspec.structs.replace(letters, blocks=(block,))

    assert language_name(letters) == "English"
    assert language_name(words) == ""
    german = msgspec.structs.replace(words, parameters={"language": "de"})
    assert language_name(german) == "German"


@pytest.mark.parametrize("same", [True, False])
def test_card_shows_what_was_compared_on_the_same_data(
    trained: TrainedModel, tmp_path: Path, same: bool
) -> None:
    figures = dict.fromkeys(("accuracy", "roc_auc", "log_loss", "calibration_error"), INTERVAL)
    rows = (Row(classifier="linear SVM", **figures, p=None, seconds=1.25),)
    data = trained.data.sha256 if same else "of other data"
    kept = Comparison(data, "Ten folds.", "addsup compare", rows)
    kept.write(tmp_path / "m.compare.json")

    publish(replace(trained, texts=trained.texts[:20]), tmp_path / "m.onnx")

    card = (tmp_path / "m.md").read_text()
    assert (kept.table() in card) == same
    assert ("$ addsup compare\n" in card) == same
