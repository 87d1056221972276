"""The real Gunicorn with MODEL_PUBLIC_KEY set."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from addsup.export.tools.signing import sign
from addsup.export.write import write_model

from tests.keys import KeyPair, make_key_pair
from tests.live import command, running_server
from tests.system.test_refusal_to_start import SHIPPED, refused


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the shipped model with its checksum."""
    path = tmp_path / "model.onnx"
    write_model(path, SHIPPED.read_bytes())
    return path


def test_signed_model_is_served(model: Path, keys: KeyPair) -> None:
    sign(model, keys.private)

    with running_server(MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(keys.public)) as server:
        answer = server.predict({"review": "A wonderful film with great acting."})

    assert answer.json["label"] == "positive"


def unsigned(model: Path, _keys: KeyPair, _tmp_path: Path) -> None:
    """Leave it as it is."""


def signed_by_another(model: Path, _keys: KeyPair, tmp_path: Path) -> None:
    sign(model, make_key_pair(tmp_path).private)


def replaced_with_its_checksum(model: Path, keys: KeyPair, _tmp_path: Path) -> None:
    sign(model, keys.private)
    write_model(model, SHIPPED.read_bytes() + b" ")


def signature_of_another_model(model: Path, keys: KeyPair, tmp_path: Path) -> None:
    write_model(tmp_path / "other.onnx", b"other")
    shutil.copy(sign(tmp_path / "other.onnx", keys.private), model.with_name("model.onnx.sig"))


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (unsigned, "cannot be read (No such file or directory); make it with `addsup export"),
        (signed_by_another, "model.onnx.sig was not made with the private key of"),
        (replaced_with_its_checksum, "model.onnx.sig is of another file"),
        (signature_of_another_model, "model.onnx.sig is of another file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_model_without_its_signature_stops_the_start_with_a_sentence(
    model: Path, keys: KeyPair, tmp_path: Path, arrange: object, says: str
) -> None:
    assert callable(arrange)
    arrange(model, keys, tmp_path)

    sentence = refused(command(), MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(keys.public))

    assert sentence.startswith(f"Cannot serve {model}: ")
    assert says in sentence


def test_missing_public_key_stops_the_start_with_a_sentence(model: Path, tmp_path: Path) -> None:
    sign(model, make_key_pair(tmp_path).private)

    sentence = refused(
        command(), MODEL_PATH=str(model), MODEL_PUBLIC_KEY=str(tmp_path / "none.pem")
    )

    assert "none.pem cannot be read (No such file or directory); set MODEL_PUBLIC_KEY" in sentence
