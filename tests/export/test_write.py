"""Writing of a model file and its checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path

from addsup.export.write import write_model
from addsup.inference.model import read_checked


def test_the_checksum_is_in_the_form_of_sha256sum_and_fits(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.onnx"

    digest = write_model(path, b"content")

    assert digest == hashlib.sha256(b"content").hexdigest()
    assert (tmp_path / "new" / "mine.onnx.sha256").read_text() == f"{digest}  mine.onnx\n"
    assert read_checked(path) == b"content"
