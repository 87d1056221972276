"""Manifest: what a model file says of itself."""

from __future__ import annotations

import pytest

from addsup.inference.errors import ModelFileError
from addsup.inference.manifest import from_metadata
from addsup.inference.model import Model
from tests.places import ROOT

MANIFEST = Model.load(ROOT / "models" / "sentiment.onnx").manifest


def test_a_manifest_survives_being_written_and_read() -> None:
    assert from_metadata(MANIFEST.to_metadata()) == MANIFEST


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": None}, "not one that `addsup export` wrote"),
        ({"labels": None}, "have no 'labels'"),
        ({"labels": "7"}, "cannot be read"),
        ({"labels": "{"}, "cannot be read"),
        ({"format": "9"}, "of format 9, not 1"),
    ],
)
def test_other_metadata_are_refused_with_a_sentence(
    changes: dict[str, str | None], sentence: str
) -> None:
    metadata = MANIFEST.to_metadata() | changes
    kept = {key: value for key, value in metadata.items() if value is not None}

    with pytest.raises(ModelFileError, match=sentence):
        from_metadata(kept)
