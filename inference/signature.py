"""Signature of a model file, as `addsup sign` puts it beside the file, checked.

The signature is a Sigstore bundle as model-signing writes it with a key on an elliptic curve: a
DSSE envelope around an in-toto statement that names the file's sha256. model-signing itself would
bring 40 packages into the container. The arithmetic is left to the `openssl` command, which is in
every Debian image that has certificates and gets its security updates with the system.

Source: https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
"""

from __future__ import annotations

import binascii
import hashlib
import os
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from addsup.inference.errors import ModelFileError

STATEMENT = "application/vnd.in-toto+json"
SIGN_IT = "make it with `addsup sign`, or unset MODEL_PUBLIC_KEY to serve unsigned models"
LONGEST_SIGNATURE = 1024  # bytes; one on P-521 has about 140

#: How a public key in DER names its curve -> the digest that model-signing uses with it.
DIGESTS: Mapping[bytes, str] = {
    bytes.fromhex("06082a8648ce3d030107"): "sha256",  # P-256
    bytes.fromhex("06052b81040022"): "sha384",  # P-384
    bytes.fromhex("06052b81040023"): "sha512",  # P-521
}


class Signature(msgspec.Struct):
    """One signature of an envelope, in base64."""

    sig: str


class Envelope(msgspec.Struct, rename="camel"):
    """What is signed (in base64), of what kind it is, and by whom."""

    payload: str
    payload_type: str
    signatures: list[Signature]


class Bundle(msgspec.Struct, rename="camel"):
    """The part of a Sigstore bundle that matters to one who has the key."""

    dsse_envelope: Envelope


class Predicate(msgspec.Struct):
    """What model-signing's in-toto statement vouches for: files with their digests."""

    resources: list[dict[str, str]]


class Statement(msgspec.Struct):
    """What the statement says."""

    predicate: Predicate


Document = TypeVar("Document", Bundle, Statement)


def signature_file(path: Path) -> Path:
    """Where the signature of the model file *path* is kept: beside it."""
    return path.with_name(path.name + ".sig")


def check_signature(path: Path, content: bytes, public_key: Path) -> None:
    """Check that the owner of *public_key* signed *content*, which was read from *path*.

    Args:
        path: the model file; its signature is at `signature_file(path)`.
        content: its bytes, so that what was checked is what is used.
        public_key: PEM; on P-256, P-384 or P-521.

    Raises:
        ModelFileError: there is no signature, it is not of this key, or it is of other bytes.
    """
    place = signature_file(path)
    envelope = _document(_read(place, "its signature", SIGN_IT), Bundle, place).dsse_envelope
    payload = _bytes(envelope.payload, place)
    # DSSE's pre-authentication encoding: the kind is signed too, and nothing can be shifted.
    kind = envelope.payload_type.encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    if not any(_verifies(signed, _bytes(s.sig, place), public_key) for s in envelope.signatures):
        raise ModelFileError(f"{place.name} was not made with the private key of {public_key}")
    digest = hashlib.sha256(content).hexdigest()
    said = _document(payload, Statement, place).predicate.resources
    digests = [(each.get("algorithm"), each.get("digest")) for each in said]
    if envelope.payload_type != STATEMENT or digests != [("sha256", digest)]:
        raise ModelFileError(f"{place.name} is of another file: this one's sha256 is {digest}")


def _verifies(signed: bytes, signature: bytes, public_key: Path) -> bool:
    """Whether *signature* is one of *signed* by the owner of *public_key*."""
    command = ["openssl", "dgst", f"-{_digest(public_key)}", "-verify", str(public_key)]
    reader, writer = os.pipe()  # the signature goes through it: there may be no disk to write to
    os.write(writer, signature[:LONGEST_SIGNATURE])
    os.close(writer)
    try:
        done = subprocess.run(  # noqa: S603
            [*command, "-signature", f"/dev/fd/{reader}"],
            input=signed,
            pass_fds=[reader],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise ModelFileError(
            "MODEL_PUBLIC_KEY is set, but the `openssl` command that checks signatures is not "
            "installed (Debian: apt-get install openssl)"
        ) from None
    finally:
        os.close(reader)
    return done.returncode == 0


def _digest(public_key: Path) -> str:
    """The digest that goes with the curve of *public_key*."""
    pem = _read(public_key, "the public key", "set MODEL_PUBLIC_KEY to a file in PEM")
    _, _, rest = pem.partition(b"-----BEGIN PUBLIC KEY-----")
    der = _bytes(rest.partition(b"-----END PUBLIC KEY-----")[0], public_key)
    for curve, digest in DIGESTS.items():
        if curve in der:
            return digest
    raise ModelFileError(
        f"{public_key} holds no public key on P-256, P-384 or P-521 in PEM; "
        "`openssl ec -in PRIVATE -pubout` prints the one of a private key"
    )


def _read(path: Path, what: str, way_out: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"{what} {path} cannot be read ({error.strerror}); {way_out}"
        ) from None


def _document(content: bytes, kind: type[Document], place: Path) -> Document:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ModelFileError(f"{place.name} is not a signature of model-signing: {error}") from None


def _bytes(base64: str | bytes, place: Path) -> bytes:
    try:
        return b64decode(base64)
    except (binascii.Error, ValueError):
        raise ModelFileError(f"{place} holds malformed base64") from None
