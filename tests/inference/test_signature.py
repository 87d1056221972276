"""Signature: who made a model file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from addsup.export.tools.signing import sign
from addsup.inference.errors import ModelFileError
from addsup.inference.model import checksum_file
from addsup.inference.signature import check_signature, signature_file
from tests.keys import KeyPair

CONTENT = b"a model"


def test_a_signature_is_beside_its_file() -> None:
    assert signature_file(Path("models/a.onnx")) == Path("models/a.onnx.sig")


def test_a_file_without_its_signature_is_refused(tmp_path: Path, keys: KeyPair) -> None:
    with pytest.raises(ModelFileError, match="addsup sign"):
        check_signature(tmp_path / "a.onnx", CONTENT, keys.public)


def test_a_signature_is_of_these_bytes_alone(tmp_path: Path, keys: KeyPair) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(CONTENT)
    checksum_file(path).write_text(f"{hashlib.sha256(CONTENT).hexdigest()}  a.onnx\n")
    sign(path, keys.private)

    check_signature(path, CONTENT, keys.public)
    with pytest.raises(ModelFileError):
        check_signature(path, CONTENT + b"!", keys.public)
