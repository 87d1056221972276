"""What a model file says of itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from addsup.export.tools.inspection import as_json, inspect, inspection_lines
from addsup.inference.errors import ModelFileError
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"


def test_people_read_the_gist() -> None:
    shown = "\n".join(inspection_lines(inspect(SHIPPED)))

    for part in ("negative, positive", "1,000: 500 negative, 500 positive", "CC BY 4.0", "fits"):
        assert part in shown
    assert "var_smoothing" in shown
    assert "accuracy" in shown


def test_programs_read_all_of_it() -> None:
    inspection = inspect(SHIPPED)
    found = json.loads(as_json(inspection))

    assert found["labels"] == ["negative", "positive"]
    (block,) = found["blocks"]
    assert len(block["vocabulary"]) == len(inspection.manifest.vocabulary)
    assert block["lemmas"] == inspection.manifest.lemmas
    assert found["inputs"] == {"text": "string[N]"}
    assert found["outputs"]["probabilities"] == "float64[N, 2]"
    assert found["sha256"] in SHIPPED.with_name("sentiment.onnx.sha256").read_text()


def test_damaged_file_is_read_all_the_same_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(SHIPPED.read_bytes())
    (tmp_path / "m.onnx.sha256").write_text("0" * 64 + "  m.onnx\n")

    assert "damaged" in inspect(path).checksum


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read: No such file"),
        (b"not a graph", "is not an ONNX file"),
        (b"", "not one that `addsup export` wrote"),
    ],
)
def test_other_files_are_refused_with_a_sentence(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    path = tmp_path / "m.onnx"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelFileError, match=complaint):
        inspect(path)
