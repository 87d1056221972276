"""Signing of a model file with a private key, by Sigstore's model-signing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from addsup.inference.errors import ModelFileError
from addsup.inference.model import read_checked
from addsup.inference.signature import signature_file
from addsup.train.files import write_atomically

#: The environment variable with the password of an encrypted private key.
PASSWORD = "PRIVATE_KEY_PASSWORD"


def sign(path: Path, private_key: Path) -> Path:
    """Sign the model file *path*.

    Args:
        path: a model file with its checksum.
        private_key: PEM; on P-256, P-384 or P-521. The password of an encrypted one is taken from
            the environment.

    Returns:
        Where the signature is: beside the file, and replaced whole.

    Raises:
        ModelFileError: the model or the key cannot be read, or the key is of another kind.
    """
    try:
        read_checked(path)
    except ModelFileError as refusal:
        raise ModelFileError(f"{path} is not signed: {refusal}.") from None
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "bundle")
        _sign(path, private_key, bundle)
        write_atomically(signature_file(path), bundle.read_bytes())
    return signature_file(path)


def _sign(path: Path, private_key: Path, bundle: Path) -> None:
    # Here, not above: importing it takes half a second, and every other command does without.
    from model_signing.signing import Config

    password = os.environ.get(PASSWORD)
    try:
        # It says that it wants text, but hands it on to a function that wants bytes.
        signer = Config().use_elliptic_key_signer(  # type: ignore[no-untyped-call]
            private_key=private_key,
            password=password.encode() if password else None,  # type: ignore[arg-type]
        )
        signer.sign(path, bundle)
    except OSError as error:
        raise ModelFileError(f"{private_key} cannot be read: {error.strerror}.") from None
    except TypeError:
        raise ModelFileError(
            f"{private_key} is encrypted and {PASSWORD} does not hold its password, or the other "
            "way round."
        ) from None
    except ValueError as error:
        raise ModelFileError(
            f"{private_key} is not a private key that can sign a model ({error}); "
            "`openssl ecparam -name prime256v1 -genkey -noout -out key.pem` makes one."
        ) from None
