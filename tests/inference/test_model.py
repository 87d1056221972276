"""Model: one loaded model file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model, checksum_file, read_trusted
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(SHIPPED)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped model and its checksum."""
    path = tmp_path / "model.onnx"
    shutil.copy(SHIPPED, path)
    shutil.copy(checksum_file(SHIPPED), checksum_file(path))
    return path


def test_golden_texts_get_the_probabilities_of_scikit_learn(model: Model) -> None:
    model.try_out()

    golden = model.manifest.golden
    predictions = model.predict([each.text for each in golden])
    for each, prediction in zip(golden, predictions, strict=True):
        assert prediction.probabilities
        expected = pytest.approx(each.probabilities, abs=1e-6)
        assert list(prediction.probabilities.values()) == expected


def test_a_batch_of_any_size_is_answered_in_order(model: Model) -> None:
    texts = ["A wonderful film." if number % 3 else "Awful." for number in range(200)]

    labels = [each.label for each in model.predict(texts)]

    assert labels == ["positive" if number % 3 else "negative" for number in range(200)]
    assert model.predict([]) == []


def test_texts_of_any_length_are_answered_as_each_alone(model: Model) -> None:
    texts = ["Good film. " * (number % 7) ** 3 + "Awful!" * (number % 3) for number in range(60)]

    together, explained = model.predict(texts), model.explain(texts)

    for text, one, (other, why) in zip(texts, together, explained, strict=True):
        (alone,) = model.predict([text])
        assert (one.label, one.words, one.known_words) == (
            alone.label,
            alone.words,
            alone.known_words,
        )
        assert one == other
        assert (why is None) == (one.label is None)
        if one.probability and alone.probability:
            assert one.probability == pytest.approx(alone.probability, abs=1e-12)


def test_columns_are_the_predictions_by_column(model: Model) -> None:
    texts = ["A great film.", "Zxqv wvutq.", "Awful na\u00efve plot.", *["good film"] * 200]

    found, expected = model.columns(texts), model.predict(texts)

    assert found.words.tolist() == [each.words for each in expected]
    assert found.known_words.tolist() == [each.known_words for each in expected]
    assert found.unread_letters == [each.unread_letters for each in expected]
    for row, each in zip(found.probabilities.tolist(), expected, strict=True):
        assert each.probabilities in (None, dict(zip(model.labels, row, strict=True)))


def test_no_texts_have_empty_columns(model: Model) -> None:
    assert model.columns([]).probabilities.shape == (0, len(model.labels))


@pytest.mark.parametrize("damage", ["byte", "no checksum", "empty checksum", "no file"])
def test_a_damaged_file_is_refused_by_name(copy: Path, damage: str) -> None:
    if damage == "byte":
        content = bytearray(copy.read_bytes())
        content[1000] ^= 1
        copy.write_bytes(content)
    elif damage == "no file":
        copy.unlink()
    else:
        checksum_file(copy).unlink()
        if damage == "empty checksum":
            checksum_file(copy).touch()

    with pytest.raises(ModelFileError, match=r"^Cannot serve .*model.onnx: "):
        read_trusted(copy)


def test_no_run_has_more_tokens_than_memory_is_meant_for(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text of many short words has fewer characters than one of few long words."""
    monkeypatch.setattr(model, "tokens_a_run", 100)
    texts = ["wonderful " * 9 + "wonderful", " ".join(["ad"] * 30)] * 20

    runs = list(model.runs(texts))

    assert sorted(i for run in runs for i in run) == list(range(40))
    assert max(map(len, runs)) <= model.texts_a_run
    for run in runs:
        assert len(run) * max(texts[i].count(" ") + 1 for i in run) <= 100
