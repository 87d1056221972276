"""What a model file says of itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from addsup.export.errors import NotReadable
from addsup.export.tools.inspection import inspect

from addsup.__main__ import main
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["inspect", *arguments]) == 0
    return capsys.readouterr().out


def test_people_read_the_gist(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, str(SHIPPED))

    for part in ("negative, positive", "1,000: 500 negative, 500 positive", "CC BY 4.0", "fits"):
        assert part in out
    assert "var_smoothing" in out
    assert "accuracy" in out


def test_programs_read_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, str(SHIPPED), "--json"))

    manifest = inspect(SHIPPED).manifest
    assert found["labels"] == ["negative", "positive"]
    assert len(found["vocabulary"]) == len(manifest.vocabulary)
    assert found["lemmas"] == manifest.lemmas
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

    with pytest.raises(NotReadable, match=complaint):
        inspect(path)
