"""Publishing of a trained model: build, prove, write, describe."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from addsup.export.graph.equivalence import Proof, Watch, prove
from addsup.export.graph.model_file import build
from addsup.export.pipeline.description import Description
from addsup.export.pipeline.steps import read_pipeline
from addsup.export.report.model_card import CardSubject, card
from addsup.export.report.summary import draw, examine, report_json
from addsup.inference.errors import AddsupError
from addsup.inference.model import Model, checksum_file
from addsup.train.artifact import TrainedModel
from addsup.train.evaluation.comparison import comparison_of_model
from addsup.train.files import write_atomically

#: Texts that a model must not answer all alike; of fewer, that may be chance.
TEXTS_TRIED: Final = 2_000
FEWEST_TRIED: Final = 10
LEAST_DIFFERENCE: Final = 1e-9


class ConstantModel(AddsupError):
    """A model gives every text the same answer."""


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
            f"Equal to scikit-learn on {self.proof.texts:,} texts: all labels, probabilities "
            f"within {self.proof.probability:.0e}, log-odds within {self.proof.log_odds:.0e}\n"
            f"Described in {self.path.with_suffix('.md')}"
        )


def publish(
    trained: TrainedModel, path: Path, watch: Watch = iter, description: Description | None = None
) -> Published:
    """Write the model file *path*, its checksum, and what describes it, once proved.

    Args:
        trained: what becomes the file.
        path: where; beside it go its card (.md), its figures (.json) and a folder of plots.
            The card shows the comparison of classifiers that is beside it already (.compare.json).
        watch: sees each step of the proof, the longest part.
        description: of its pipeline, if that was read already.

    Raises:
        AddsupError: it cannot be converted, proved or written; the old files are as they were.
    """
    comparison = comparison_of_model(path, trained.data.sha256)
    description = description or read_pipeline(trained.pipeline, trained.analyzer)
    content = build(trained, description)
    model = Model(content)
    _refuse_constant(model, trained.texts[:TEXTS_TRIED])
    proof = prove(trained, description, model, watch)
    report = examine(model, trained.texts, trained.unseen_predictions)
    plots = list(draw(model, report))
    subject = CardSubject(
        path=path,
        size=len(content),
        model=model,
        proof=proof,
        behaviour=report.behaviour,
        plots={f"{path.stem}/{name}.svg": what for name, what, _ in plots},
        command=trained.command,
        comparison=comparison,
    )
    described, figures = card(subject).encode(), report_json(model, path.name, report)
    # All is there now, so that whatever fails before leaves the old files as they were.
    sha256 = write_model(path, content)
    write_atomically(path.with_suffix(".json"), figures)
    write_atomically(path.with_suffix(".md"), described)
    _write_plots(path.with_suffix(""), plots)
    return Published(path, sha256, len(content), proof)


def write_model(path: Path, content: bytes) -> str:
    """Replace *path* and its checksum, each atomically. Returns the sha256.

    A reader sees the old file or the new one, never half of one. Between the two replacements a
    server that is just starting finds a file that does not fit its checksum, and says so.

    Raises:
        CannotWriteError: the folder cannot be written to; the old files are as they were.
    """
    digest = hashlib.sha256(content).hexdigest()
    write_atomically(path, content)
    write_atomically(checksum_file(path), f"{digest}  {path.name}\n".encode())
    return digest


def _refuse_constant(model: Model, texts: Sequence[str]) -> None:
    """Refuse with `ConstantModel` what answers all of the *texts* alike, if they are some."""
    different = sorted(set(texts))
    if len(different) < FEWEST_TRIED:
        return
    found = model.columns(different)
    if not found.known_words.any():
        raise ConstantModel(f"The model knows no word of {len(different):,} texts of its data.")
    if np.ptp(found.probabilities, axis=0).max() < LEAST_DIFFERENCE:
        raise ConstantModel(
            f"The model is constant: it answers {len(different):,} different texts with the same "
            "probabilities. Regularise it less, or give it texts whose words tell the labels."
        )


def _write_plots(folder: Path, drawn: Sequence[tuple[str, str, bytes]]) -> None:
    """Write each plot and remove those of an earlier model."""
    for name, _, svg in drawn:
        write_atomically(folder / f"{name}.svg", svg)
    for old in folder.glob("*.svg"):
        if old.stem not in {name for name, *_ in drawn}:
            old.unlink()
