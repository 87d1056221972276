"""Signed by model-signing, checked by the server, with keys made for the test."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from addsup.export.publish import write_model
from addsup.export.tools.signing import PASSWORD, sign
from addsup.inference.errors import ModelFileError
from addsup.inference.signature import check_signature, signature_file
from tests.keys import KeyPair, make_key_pair, openssl

CONTENT = b"what a model file holds does not matter here"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file with its checksum."""
    path = tmp_path / "m.onnx"
    write_model(path, CONTENT)
    return path


@pytest.fixture
def signed(model: Path, keys: KeyPair) -> Path:
    sign(model, keys.private)
    return model


@pytest.mark.parametrize("curve", ["secp384r1", "secp521r1"])
def test_signature_is_accepted_with_the_public_key_of_the_signer(
    model: Path, tmp_path: Path, curve: str
) -> None:
    keys = make_key_pair(tmp_path, curve)

    assert sign(model, keys.private) == tmp_path / "m.onnx.sig"

    check_signature(model, CONTENT, keys.public)


def test_signature_is_one_that_model_signing_accepts(signed: Path, keys: KeyPair) -> None:
    command = [sys.executable, "-m", "model_signing", "verify", "key", "--public_key", keys.public]

    subprocess.run([*command, "--signature", signature_file(signed), signed], check=True)


def test_key_of_another_is_refused(signed: Path, tmp_path: Path) -> None:
    other = make_key_pair(tmp_path)

    with pytest.raises(ModelFileError, match="was not made with the private key of"):
        check_signature(signed, CONTENT, other.public)


def test_file_that_was_altered_is_refused(signed: Path, keys: KeyPair) -> None:
    with pytest.raises(ModelFileError, match="is of another file: this one's sha256 is"):
        check_signature(signed, CONTENT + b" ", keys.public)


def edited(signed: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the envelope of a signature."""
    place = signature_file(signed)
    bundle = json.loads(place.read_text())
    change(bundle["dsseEnvelope"])
    place.write_text(json.dumps(bundle))


def other_digest(envelope: dict[str, Any]) -> None:
    resources = [{"name": ".", "algorithm": "sha256", "digest": sha256(b"").hexdigest()}]
    statement = {"predicate": {"resources": resources}}
    envelope["payload"] = b64encode(json.dumps(statement).encode()).decode()


def other_kind(envelope: dict[str, Any]) -> None:
    envelope["payloadType"] = "text/plain"


def no_signature(envelope: dict[str, Any]) -> None:
    envelope["signatures"] = []


@pytest.mark.parametrize("change", [other_digest, other_kind, no_signature])
def test_signature_that_was_altered_is_refused(
    signed: Path, keys: KeyPair, change: Callable[[dict[str, Any]], None]
) -> None:
    edited(signed, change)

    with pytest.raises(ModelFileError, match="was not made with the private key of"):
        check_signature(signed, b"" if change is other_digest else CONTENT, keys.public)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "its signature .* cannot be read .* `addsup sign`"),
        (b"", "is not a signature of model-signing"),
        (b"{}", "is not a signature of model-signing"),
        (b'{"dsseEnvelope":{"payload":"a","payloadType":"","signatures":[]}}', "base64"),
    ],
)
def test_file_that_is_no_signature_is_refused(
    model: Path, keys: KeyPair, content: bytes | None, complaint: str
) -> None:
    if content is not None:
        signature_file(model).write_bytes(content)

    with pytest.raises(ModelFileError, match=complaint):
        check_signature(model, CONTENT, keys.public)


@pytest.mark.parametrize("made", ["missing", "private", "rsa", "secp256k1", "text"])
def test_file_that_is_no_such_public_key_is_refused(
    signed: Path, keys: KeyPair, tmp_path: Path, made: str
) -> None:
    key = tmp_path / "key"
    if made == "private":
        key = keys.private
    elif made == "rsa":
        openssl("genrsa", "-out", tmp_path / "rsa.pem", "2048")
        openssl("rsa", "-in", tmp_path / "rsa.pem", "-pubout", "-out", key)
    elif made == "secp256k1":
        key = make_key_pair(tmp_path, made).public
    elif made == "text":
        key.write_text("-----BEGIN PUBLIC KEY-----\n\u00e4\n-----END PUBLIC KEY-----\n")

    with pytest.raises(ModelFileError, match=r"cannot be read|holds no public key|malformed"):
        check_signature(signed, CONTENT, key)


def test_missing_openssl_is_named(
    signed: Path, keys: KeyPair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ModelFileError, match=r"the `openssl` command that checks .* not installed"):
        check_signature(signed, CONTENT, keys.public)


def test_encrypted_key_takes_its_password_from_the_environment(
    model: Path, keys: KeyPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked.pem"
    openssl("ec", "-in", keys.private, "-aes256", "-passout", "pass:secret", "-out", locked)

    with pytest.raises(ModelFileError, match=PASSWORD):
        sign(model, locked)
    monkeypatch.setenv(PASSWORD, "secret")
    sign(model, locked)

    check_signature(model, CONTENT, keys.public)


@pytest.mark.parametrize(
    ("content", "key", "complaint"),
    [
        (CONTENT[1:], "prime256v1.pem", "damaged"),
        (CONTENT, "none.pem", "cannot be read"),
        (CONTENT, "prime256v1.pub.pem", "is not a private key that can sign"),
    ],
)
def test_a_damaged_model_and_a_key_that_cannot_sign_are_refused(
    model: Path, keys: KeyPair, content: bytes, key: str, complaint: str
) -> None:
    model.write_bytes(content)

    with pytest.raises(ModelFileError, match=complaint):
        sign(model, keys.private.with_name(key))

    assert not signature_file(model).exists()
