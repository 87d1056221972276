"""Model: one loaded model file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from server.errors import ModelFileError
from server.inference.model import Model, checksum_file, read_trusted
from server.settings import ROOT

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


def test_golden_reviews_get_the_probabilities_of_scikit_learn(model: Model) -> None:
    model.try_out()

    golden = model.manifest.golden
    predictions = model.predict([each.review for each in golden])
    for each, prediction in zip(golden, predictions, strict=True):
        assert prediction.probabilities
        expected = pytest.approx(each.probabilities, abs=1e-6)
        assert list(prediction.probabilities.values()) == expected


def test_a_batch_of_any_size_is_answered_in_order(model: Model) -> None:
    texts = ["A wonderful film." if number % 3 else "Awful." for number in range(200)]

    labels = [each.label for each in model.predict(texts)]

    assert labels == ["positive" if number % 3 else "negative" for number in range(200)]
    assert model.predict([]) == []


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
