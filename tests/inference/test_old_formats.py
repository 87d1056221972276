"""Model files of 1.0, which 2.x serves as they are: formats 1 (the article's reading) and 2."""

from __future__ import annotations

from math import log
from pathlib import Path

import msgspec
import onnx
import pytest

from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model

FILES = Path(__file__).with_name("of_1_0")


@pytest.mark.parametrize("name", ["format1.onnx", "format2.onnx"])
def test_a_file_of_1_0_is_served_with_all_that_it_says(name: str) -> None:
    model = Model.load(FILES / name)  # which replays the golden texts
    ((found, why),) = model.explain(["A great film with lovely plots, not dull."])

    assert found.label == "positive" and found.probabilities and why
    odds = found.probabilities["positive"] / found.probabilities["negative"]
    assert why.log_odds == pytest.approx(log(odds), abs=1e-9)
    assert model.manifest.data.texts_by_label == {"negative": 30, "positive": 30}
    assert model.manifest.figures.held_out and model.manifest.figures.held_out.texts


@pytest.mark.parametrize(
    ("name", "value"), [("golden", "7"), ("golden", "[7]"), ("data", "[]"), ("figures", '"x"')]
)
def test_a_damaged_file_of_1_0_is_refused_in_a_sentence(name: str, value: str) -> None:
    file = onnx.load(FILES / "format1.onnx")
    for entry in file.metadata_props:
        if entry.key == name:
            entry.value = value

    with pytest.raises(ModelFileError, match="its metadata"):
        Model(file.SerializeToString())


def test_a_format_to_come_is_refused_with_its_number() -> None:
    file = onnx.load(FILES / "format2.onnx")
    found = Model(file.SerializeToString()).manifest
    onnx.helper.set_model_props(file, msgspec.structs.replace(found, format=4).to_metadata())

    with pytest.raises(ModelFileError, match="of format 4, not 1 to 3"):
        Model(file.SerializeToString())
