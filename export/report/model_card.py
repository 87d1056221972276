"""Model card: what a person should know before relying on the model.

In the shape of Hugging Face's cards, so that it can be uploaded beside the file as README.md.
Source: https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import msgspec

from addsup.export.graph.input_text import input_text, javascript_example, python_example
from addsup.export.report import card_text
from addsup.export.tools.inspection import named_figures
from addsup.inference.manifest import Figures, Manifest
from addsup.train.wording import percent_text

if TYPE_CHECKING:
    from addsup.export.graph.equivalence import Proof
    from addsup.export.report.behaviour import Outcome
    from addsup.inference.model import Model
    from addsup.train.evaluation.comparison import Comparison

#: Labels of which the card shows a matrix; pairs that it tells of for more.
MOST_IN_A_TABLE = 20
PAIRS = 20
MOST_LISTED = 50
WIDTH = 100


@dataclass(frozen=True, slots=True)
class CardSubject:
    """What a card is about.

    Attributes:
        path: of the model file, as it was given.
        size: in bytes.
        model: the file, opened.
        proof: how it was compared with scikit-learn.
        behaviour: what it makes of changed texts.
        plots: file (relative to the card) -> what it shows.
        command: what made it.
        comparison: how other classifiers do on the same data, if that was asked.
    """

    path: Path
    size: int
    model: Model
    proof: Proof
    behaviour: Sequence[Outcome]
    plots: Mapping[str, str]
    command: str
    comparison: Comparison | None


def card(subject: CardSubject) -> str:
    """The card in Markdown."""
    manifest, title, path = subject.model.manifest, subject.path.stem, str(subject.path)
    figures, proof, comparison = manifest.figures, subject.proof, subject.comparison
    example = min((golden.text for golden in manifest.golden), key=len).strip()
    example_read = subject.model.reader.read(" ".join(example.split()[:3]))[0]
    language = card_text.language_name(manifest)
    letters = manifest.analyzer.kind == "letters"
    shape = "N" if len(manifest.blocks) == 1 else f"N, {len(manifest.blocks)}"
    return card_text.CARD.substitute(
        front="\n".join(_front_matter(manifest)),
        path=path,
        title=title,
        labels=_listed([f"`{label}`" for label in manifest.labels]),
        file=f"{title}.onnx",
        sha256=subject.model.sha256,
        size=f"{subject.size:,}",
        terms=f"{len(manifest.vocabulary):,}",
        lemmas=f"{len(manifest.lemmas):,}",
        language=language and f" {language}",
        dropped=" Letters other than a to z are dropped." if letters else "",
        input_text=fill(f"The input `text` is string[{shape}]: {input_text(manifest)}", WIDTH),
        python=python_example(manifest, path, example),
        javascript=javascript_example(path, example_read),
        data="\n".join(_data(manifest)),
        parameters=bullets(manifest.parameters),
        proofs=f"{proof.texts:,}",
        proof_probability=f"{proof.probability:.0e}",
        proof_log_odds=f"{proof.log_odds:.0e}",
        protocol=figures.protocol,
        figures=_figures(figures),
        confusion="\n\n".join(_confusion(manifest.labels, figures)),
        by_known_terms=_by_known_terms(figures),
        plots="\n".join(["", *(f"![{what}]({file})\n" for file, what in subject.plots.items())]),
        comparison=card_text.OTHERS.substitute(table=comparison.table(), command=comparison.command)
        if comparison
        else "",
        behaviour=_behaviour(subject.behaviour),
        command=_command(subject.command),
        versions=bullets(manifest.versions),
    )


def _front_matter(manifest: Manifest) -> Iterator[str]:
    """YAML for programs; what may hold any character is JSON, which YAML includes."""
    data = manifest.data
    if data.licence.startswith("CC BY 4.0"):
        yield "license: cc-by-4.0"
    else:
        yield f"license: other\nlicense_name: {msgspec.json.encode(data.licence).decode()}"
    if language := card_text.language(manifest):
        yield f"language: {language}"
    yield "library_name: onnx"
    yield "pipeline_tag: text-classification"
    yield "tags: [text-classification, onnx, onnxruntime, tf-idf, scikit-learn]"
    yield "metrics: [accuracy, f1, roc_auc, brier_score]"


def _data(manifest: Manifest) -> Iterator[str]:
    data = manifest.data
    yield f"- {data.name}"
    counts = [f"{count:,} {label}" for label, count in data.texts_by_label.items()]
    yield f"- {data.texts:,} texts{': ' if counts else ''}{_listed(counts)}"
    yield f"- sha256 of the file: `{data.sha256}`"
    yield f"- licence: {data.licence}"
    if data.overlap:
        yield f"- {data.overlap}"


def _listed(items: Sequence[str]) -> str:
    shown = ", ".join(items[:MOST_LISTED])
    return f"{shown} and {len(items) - MOST_LISTED:,} more" if items[MOST_LISTED:] else shown


def _by_known_terms(figures: Figures) -> str:
    """How sure and how right, by known terms; nothing where they were not counted."""
    rows = [
        (
            each.terms,
            f"{each.count:,}",
            *(f"{figure:.3f}" for figure in (each.accuracy, each.confidence, each.log_loss)),
        )
        for each in figures.by_evidence or ()
    ]
    head = ("known terms", "predictions", "share right", "mean confidence", "log loss")
    return card_text.BY_KNOWN_TERMS.substitute(table=table(head, rows)) if rows else ""


def _figures(figures: Figures) -> str:
    rows = list(named_figures(figures))
    return table(("figure", "value (95 % interval)"), rows) if rows else ""


def _command(typed: str) -> str:
    """What makes the model again: a command line, or a call."""
    if typed.startswith("export_pipeline("):
        return f"```python\nfrom addsup import export_pipeline\n\n{typed}\n```"
    return f"```console\n$ {typed}\n```"


def _behaviour(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            f"{each.topic}: {each.what}",
            f"{each.reviews:,}",
            each.expected,
            percent_text(each.share),
            f"{each.moved:.2f}",
        )
        for each in outcomes
    ]
    return table(("change", "texts", "a good label", "share that does", "moved"), rows)


def _confusion(labels: Sequence[str], figures: Figures) -> Iterator[str]:
    where = "Over all repeats"
    if not figures.confusion and figures.held_out:
        where = f"On the texts {figures.held_out.which}"
    if figures.matrix and len(labels) <= MOST_IN_A_TABLE:
        yield f"{where} (rows: true labels, columns: predicted)"
        counts = zip(labels, figures.matrix, strict=True)
        yield table(
            ("true \\ predicted", *labels), [(label, *map(str, row)) for label, row in counts]
        )
    elif confused := figures.confused(labels)[:PAIRS]:
        rows = [(each.true, each.predicted, f"{each.count:,}") for each in confused]
        yield "The labels most often taken for another:"
        yield table(("label", "taken for", "times"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of *rows* under *head*; a bar in a cell stays a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def bullets(values: Mapping[str, object]) -> str:
    """A list of names with their values."""
    return "\n".join(f"- {name}: {value}" for name, value in values.items())
