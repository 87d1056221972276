"""Key pairs for tests, made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KeyPair:
    """Two files in PEM."""

    private: Path
    public: Path


def make_key_pair(folder: Path, curve: str = "prime256v1") -> KeyPair:
    """A new pair in *folder*."""
    pair = KeyPair(folder / f"{curve}.pem", folder / f"{curve}.pub.pem")
    openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", pair.private)
    openssl("ec", "-in", pair.private, "-pubout", "-out", pair.public)
    return pair


def openssl(*arguments: str | Path) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
