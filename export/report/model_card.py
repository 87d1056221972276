"""Model card: what a person should know before relying on the model.

In the shape of Hugging Face's cards, so that it can be uploaded beside the file as README.md.
Source: https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import fill

import msgspec
from addsup.export.equivalence import Proof
from addsup.export.graph import reading
from addsup.export.report import card_text, evaluation_text
from addsup.export.tools.behaviour import Outcome
from addsup.export.tools.evaluation import Evaluation
from addsup.export.tools.inspection import named_figures
from addsup.inference.manifest import Figures, Manifest
from addsup.train.evaluation.comparison import Comparison

#: Labels of which the card shows a matrix; pairs that it tells of for more.
MOST_IN_A_TABLE = 20
PAIRS = 20
MOST_LISTED = 50
WIDTH = 100

OTHER_DATA, BEHAVIOUR = "## On other data\n", "## Behaviour\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a card is about.

    Attributes:
        path: of the model file, as it was given.
        title: the file's name without its suffix.
        sha256: of its bytes.
        size: in bytes.
        manifest: what it says of itself.
        proof: how it was compared with scikit-learn.
        behaviour: what it makes of changed texts.
        plots: file (relative to the card) -> what it shows.
        command: what made it.
        comparison: how other classifiers do on the same data, if that was asked.
        evaluations: how the model does on other data, if that was asked, by the file's name.
        example: a text to try, as typed, and `example_read`, as the graph takes it.
    """

    path: str
    title: str
    sha256: str
    size: int
    manifest: Manifest
    proof: Proof
    behaviour: Sequence[Outcome]
    plots: Mapping[str, str]
    command: str
    example: str
    example_read: str
    comparison: Comparison | None = None
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)


def card(subject: Subject) -> str:
    """The card in Markdown."""
    manifest, figures = subject.manifest, subject.manifest.figures
    name, article = card_text.language_name(manifest), manifest.analyzer.kind == "letters"
    text = card_text.CARD.substitute(
        front="\n".join(_front_matter(subject)),
        path=subject.path,
        title=subject.title,
        labels=_listed([f"`{label}`" for label in manifest.labels]),
        file=f"{subject.title}.onnx",
        sha256=subject.sha256,
        size=f"{subject.size:,}",
        terms=f"{len(manifest.vocabulary):,}",
        lemmas=f"{len(manifest.lemmas):,}",
        language=name and f" {name}",
        cleaning=card_text.cleaning(manifest),
        dropped=" Letters other than a to z are dropped." if article else "",
        taken=fill(f"The input `text` is string[N]: {reading.taken(manifest)}", WIDTH),
        python=reading.python(manifest, subject.path, subject.example),
        javascript=reading.javascript(subject.path, subject.example_read),
        data="\n".join(_data(manifest)),
        parameters=_bullets(manifest.parameters),
        proofs=f"{subject.proof.reviews:,}",
        proof_probability=f"{subject.proof.probability:.0e}",
        proof_evidence=f"{subject.proof.evidence:.0e}",
        protocol=figures.protocol,
        figures=_figures(figures),
        confusion="\n\n".join(_confusion(manifest.labels, figures)),
        evidence=_evidence(figures),
        plots="\n".join(_plots(subject.plots)),
        comparison=_comparison(subject.comparison),
        behaviour=_behaviour(subject.behaviour),
        command=_command(subject.command),
        versions=_bullets(manifest.versions),
    )
    return with_evaluations(text, subject.evaluations)


def with_evaluations(text: str, found: Mapping[str, Evaluation]) -> str:
    """The card *text* with what is *found* on other data, in place of what it said of that."""
    before, after = text.split(BEHAVIOUR, 1)
    before = before.split(OTHER_DATA, 1)[0]
    return f"{before}{evaluation_text.section(found)}{BEHAVIOUR}{after}"


def _front_matter(subject: Subject) -> Iterator[str]:
    """YAML for programs; what may hold any character is JSON, which YAML includes."""
    data = subject.manifest.data
    known = "cc-by-4.0" if data.licence.startswith("CC BY 4.0") else "other"
    yield f"license: {known}"
    if known == "other":
        yield f"license_name: {_json(data.licence)}"
    if language := card_text.language(subject.manifest):
        yield f"language: {language}"
    yield "library_name: onnx"
    yield "pipeline_tag: text-classification"
    yield "tags: [text-classification, onnx, onnxruntime, tf-idf, scikit-learn]"
    yield "metrics: [accuracy, f1, roc_auc, brier_score]"
    result = {
        "task": {"type": "text-classification"},
        "dataset": {"name": data.name, "type": "text", "revision": data.sha256},
        "metrics": list(_metrics(subject.manifest.figures)),
    }
    yield f"model-index: {_json([{'name': subject.title, 'results': [result]}])}"


def _metrics(figures: Figures) -> Iterator[dict[str, object]]:
    cross_validated = {
        "accuracy": figures.accuracy,
        "roc_auc": figures.roc_auc,
        "log_loss": figures.log_loss,
        "brier_score": figures.brier,
        "expected_calibration_error": figures.calibration_error,
    }
    for name, figure in cross_validated.items():
        if figure:
            yield {"type": name, "value": round(figure.mean, 4), "name": f"{name}, cross-validated"}
    if figures.held_out:
        accuracy = round(figures.held_out.accuracy, 4)
        yield {"type": "accuracy", "value": accuracy, "name": f"accuracy, {figures.held_out.which}"}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


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


def _bullets(values: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _plots(plots: Mapping[str, str]) -> Iterator[str]:
    yield ""
    for file, what in plots.items():
        yield f"![{what}]({file})\n"


def _comparison(found: Comparison | None) -> str:
    return card_text.OTHERS.substitute(table=found.table(), command=found.command) if found else ""


def _evidence(figures: Figures) -> str:
    """How sure and how right, by known terms; nothing where they were not counted."""
    rows = [
        (
            each.terms,
            f"{each.count:,}",
            f"{each.accuracy:.3f}",
            f"{each.confidence:.3f}",
            f"{each.log_loss:.3f}",
        )
        for each in figures.by_evidence or ()
    ]
    head = ("known terms", "predictions", "share right", "mean confidence", "log loss")
    return card_text.EVIDENCE.substitute(table=_table(head, rows)) if rows else ""


def _figures(figures: Figures) -> str:
    rows = list(named_figures(figures))
    return _table(("figure", "value (95 % interval)"), rows) if rows else ""


def _command(typed: str) -> str:
    """What makes the model again: a command line, or a call."""
    if typed.startswith("export_pipeline("):
        return f"```python\nfrom export import export_pipeline\n\n{typed}\n```"
    return f"```console\n$ {typed}\n```"


def _behaviour(outcomes: Sequence[Outcome]) -> str:
    rows = [
        (
            f"{each.topic}: {each.what}",
            f"{each.reviews:,}",
            each.expected,
            f"{each.share:.1%}".replace("%", " %"),
            f"{each.moved:.2f}",
        )
        for each in outcomes
    ]
    return _table(("change", "texts", "a good verdict", "share that does", "moved"), rows)


def _confusion(labels: Sequence[str], figures: Figures) -> Iterator[str]:
    where = "Over all repeats"
    if not figures.confusion and figures.held_out:
        where = f"On the texts {figures.held_out.which}"
    if figures.matrix and len(labels) <= MOST_IN_A_TABLE:
        yield f"{where} (rows: true labels, columns: predicted)"
        yield confusion_table(labels, figures.matrix)
    elif confused := figures.confused(labels)[:PAIRS]:
        rows = [(each.true, each.predicted, f"{each.count:,}") for each in confused]
        yield "The labels most often taken for another:"
        yield _table(("label", "taken for", "times"), rows)


def confusion_table(labels: Sequence[str], confusion: Sequence[Sequence[int]]) -> str:
    """A [K][K] confusion matrix in Markdown; rows are true labels, columns predicted ones."""
    rows = ((label, *map(str, counts)) for label, counts in zip(labels, confusion, strict=True))
    return _table(("true \\ predicted", *labels), rows)


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
