"""The way from a candidate to the files that are served: build, prove, write, describe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from export.build import build
from export.candidate import Candidate
from export.card import card
from export.prove import Proof, prove
from export.write import write_atomically, write_model
from server.model import Model


@dataclass(frozen=True, slots=True)
class Published:
    """A model file in its place."""

    path: Path
    sha256: str
    size: int
    proof: Proof

    def __str__(self) -> str:
        return (
            f"Exported {self.path}: {self.size:,} bytes, sha256 {self.sha256}\n"
            f"Equal to scikit-learn on {self.proof.reviews:,} reviews: all labels, probabilities "
            f"within {self.proof.probability:.0e}, evidence within {self.proof.evidence:.0e}"
        )


def publish(candidate: Candidate, path: Path) -> Published:
    """Write the model file *path*, its checksum and its card (`path` with .md), once proved.

    Raises:
        ExportError: it cannot be converted, proved or written; the old files are as they were.
    """
    content = build(candidate)
    proof = prove(candidate, content)
    sha256 = write_model(path, content)
    manifest = Model(content).manifest
    text = card(path.stem, path.name, sha256, len(content), manifest, proof)
    write_atomically(path.with_suffix(".md"), text.encode())
    return Published(path, sha256, len(content), proof)
