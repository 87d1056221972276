"""What the page tells of the model comes from the model file, whatever its labels."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from addsup.inference.manifest import Bin, Confused, Figures, HeldOut
from addsup.inference.model import Model
from addsup.server.settings import Settings
from addsup.server.web.charts import confusion, reliability, shortened
from addsup.server.web.model_summary import lesson, listed, summarise


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(Settings().model_path)


def test_figures_are_those_of_the_model_file(model: Model) -> None:
    facts = dict(summarise(model).facts)

    accuracy = model.manifest.figures.accuracy
    assert accuracy is not None
    for share in (accuracy.mean, accuracy.low, accuracy.high):
        assert f"{share:.1%}" in facts["Accuracy"]
    assert model.manifest.data.name in facts["Learned from"]
    assert model.sha256.startswith(facts["Model file"].split()[-1])


def test_model_is_described_on_the_page(client: FlaskClient) -> None:
    text = client.get("/").text

    for said in (
        "About the model",
        "Confusion matrix.",
        "Reliability plot.",
        "95% interval",
        "Irony",
    ):
        assert said in text


def test_confusion_says_where_each_label_goes() -> None:
    chart = confusion(("bad", "fair", "good"), [[8, 2, 0], [1, 6, 3], [0, 0, 0]])

    assert chart.said == (
        "Of the texts labelled \u201cbad\u201d, 80% were read so, 20% as \u201cfair\u201d. "
        "Of the texts labelled \u201cfair\u201d, 60% were read so, 30% as \u201cgood\u201d, "
        "10% as \u201cbad\u201d. Of the texts labelled \u201cgood\u201d, 0% were read so."
    )
    assert [cell.share for cell in chart.cells] == [0.8, 0.2, 0, 0.1, 0.6, 0.3, 0, 0, 0]
    assert [cell.right for cell in chart.cells].count(True) == 3


@pytest.mark.parametrize("labels", [2, 5, 12])
def test_confusion_keeps_within_its_drawing(labels: int) -> None:
    names = [f"a rather long label {i}" for i in range(labels)]

    chart = confusion(names, [[1] * labels] * labels)

    assert all(0 <= c.x <= chart.width - chart.side for c in chart.cells)
    assert all(0 <= c.y <= chart.height - chart.side for c in chart.cells)
    assert chart.slanted


def test_reliability_puts_each_bin_in_its_place() -> None:
    chart = reliability([Bin(0.5, 0.75, 100), Bin(1.0, 1.0, 25)], labels=2)

    assert chart.low == 0.5
    assert [(p.x, p.y, p.r) for p in chart.points] == [(0, 50, 5), (100, 0, 3.25)]
    assert chart.said.startswith("Of 100 verdicts given with about 50%, 75% were right; of 25")


@pytest.mark.parametrize(
    ("observed", "says"), [(0.8, "can be believed"), (0.9, "more often"), (0.7, "less often")]
)
def test_lesson_compares_claim_and_truth(observed: float, says: str) -> None:
    assert says in lesson([Bin(0.8, observed, 10)])


def test_long_label_is_shortened() -> None:
    assert shortened("a label that goes on") == "a label that go\N{HORIZONTAL ELLIPSIS}"


def test_of_many_labels_the_most_confused_are_told_instead_of_a_matrix() -> None:
    labels = tuple(f"label {number:02}" for number in range(13))
    counts = [[0] * 13 for _ in labels]
    counts[3][4], counts[5][5], counts[0][1] = 7, 9, 2
    figures = Figures(protocol="", held_out=HeldOut(18, 0.5, tuple(map(tuple, counts))))

    assert figures.confused(labels) == (
        Confused("label 03", "label 04", 7),
        Confused("label 00", "label 01", 2),
    )
    assert listed([*labels] * 2).endswith("label 06, … (26 labels)")
