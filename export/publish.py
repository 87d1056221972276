"""Publishing of a trained model: build, prove, write, describe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from addsup.export.equivalence import Proof, Watch, prove
from addsup.export.graph.model_file import build
from addsup.export.report import plots
from addsup.export.report.model_card import Subject, card, with_evaluations
from addsup.export.report.summary import as_json, draw, examine
from addsup.export.tools.evaluation import Evaluation, beside
from addsup.export.write import write_model
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.evaluation.comparison import Comparison, comparison_beside
from addsup.train.files import write_atomically


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
            f"within {self.proof.probability:.0e}, evidence within {self.proof.evidence:.0e}\n"
            f"Described in {self.path.with_suffix('.md')}"
        )


def publish(
    trained: TrainedModel,
    path: Path,
    watch: Watch = iter,
) -> Published:
    """Write the model file *path*, its checksum, and what describes it, once proved.

    Args:
        trained: what becomes the file.
        path: where; beside it go its card (.md), its figures (.json) and a folder of plots.
            The card shows the comparison of classifiers that is beside it already (.compare.json).
        watch: sees each step of the proof, the longest part.

    Raises:
        ExportError: it cannot be converted, proved or written; the old files are as they were.
    """
    comparison = comparison_beside(path, trained.data.sha256)
    content = build(trained)
    proof = prove(trained, content, watch)
    sha256 = write_model(path, content)
    published = Published(path, sha256, len(content), proof)
    describe(published, Model(content), trained, comparison)
    return published


def describe(
    published: Published,
    model: Model,
    trained: TrainedModel,
    comparison: Comparison | None,
) -> None:
    """Write card, figures and plots beside the file."""
    path, report = published.path, examine(model, trained.texts, trained.unseen_predictions)
    drawn = write_plots(path.with_suffix(""), draw(model, report))
    write_atomically(path.with_suffix(".json"), as_json(model, path.name, report))
    example = min((golden.text for golden in model.manifest.golden), key=len).strip()
    subject = Subject(
        path=str(path),
        title=path.stem,
        sha256=published.sha256,
        size=published.size,
        manifest=model.manifest,
        proof=published.proof,
        behaviour=report.behaviour,
        plots=drawn,
        command=trained.command,
        example=example,
        example_read=model.reader.read(" ".join(example.split()[:3]))[0],
        comparison=comparison,
        evaluations=beside(path, published.sha256),
    )
    write_atomically(path.with_suffix(".md"), card(subject).encode())


def keep_evaluation(found: Evaluation, model: Path, output: Path) -> Iterator[str]:
    """Write *found* to *output*, draw it beside, and put it into the card of *model*.

    Raises:
        NotReadable: another file beside the model passes for an evaluation and is none.
        CannotWriteError: what was there is still there.
    """
    content = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
    write_atomically(output, content)
    drawing = output.with_suffix(".svg")
    svg = plots.reliability(found.reliability, len(found.labels), found.name, "this model")
    write_atomically(drawing, svg)
    yield f"\nKept: {output}, drawn in {drawing}"
    card_file = model.with_suffix(".md")
    if card_file.is_file():
        text = card_file.read_text(encoding="utf-8")
        added = with_evaluations(text, beside(model, found.model))
        if added != text:
            write_atomically(card_file, added.encode())
            yield f"Added to {card_file}"


def write_plots(folder: Path, drawn: Iterable[tuple[str, str, bytes]]) -> dict[str, str]:
    """Write each plot and remove those of an earlier model; file -> what it shows."""
    shown = {}
    for name, what, svg in drawn:
        write_atomically(folder / f"{name}.svg", svg)
        shown[f"{folder.name}/{name}.svg"] = what
    for old in folder.glob("*.svg"):
        if f"{folder.name}/{old.name}" not in shown:
            old.unlink()
    return shown
