"""The model card: what a person should know before relying on the model.

In the shape of Hugging Face's cards, so that it can be uploaded beside the file as README.md.
Source: https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Template

import msgspec

from export.equivalence import Proof
from export.tools.behaviour import Outcome
from export.tools.inspection import named_figures
from server.inference.manifest import Figures, Manifest
from train.evaluation.comparison import Comparison

CARD = Template("""\
---
$front
---

# Model card: $title

Reads a text and says which of these labels fits it best, and how sure it is: $labels.
One file, `$file`, runs in onnxruntime; nothing in it is pickled.

- sha256: `$sha256`
- size: $size bytes, $terms terms, $lemmas word forms with their lemma

## Intended use

For short English texts of the kind it was fitted on, one at a time or in batches, where a wrong
label does no harm: sorting, counting, a first impression. Not for decisions about people, and not
for texts of another kind or language without labelled ones of that kind to measure it on.

## How to use

```console
$$ MODEL_PATH=$path make serve
$$ curl -s localhost:8000/predict -H 'Content-Type: application/json' -d '{"review": "..."}'
```

The file takes normalised text (input `text`, string[N]); `server/inference/analyzer.py` makes it
from a text as typed, with the stop words and lemmas in the file's metadata. `python -m export
inspect` prints what else the file says of itself.

## Data

$data

## How it was made

Cleaning keeps the letters a to z, lower-cases, drops $stop_words stop words and replaces each
word by WordNet's lemma of the noun. The model counts $terms terms of what is left:

$parameters

Before the file was written, it was compared with scikit-learn on $proofs texts in the onnxruntime
that serves: labels all equal, probabilities within $proof_probability, evidence plus constant equal
to the log-odds within a relative $proof_evidence.

## Figures

$protocol

$figures

$confusion

All of it for programs: [$title.json]($title.json).
$plots
$comparison## Behaviour

What becomes of the verdicts on texts of the data set (1,000 at most) when these are changed. The
model was fitted on them, so it is surer of them than of others, whose verdicts turn more easily.

$behaviour

Moved is the mean change in the probability of the first verdict. The names are of women and men
from several parts of the world: where a verdict does not hold, a name alone has turned it.

## Limits

- It counts words and knows next to nothing of their order. Whoever writes "It is not true that ..."
  means the opposite; for two labels, the table above says how often the model notices. Irony is
  lost on it.
- It knows the words of its data; of a text about something else it knows little, and the reply's
  `known_words` says how little. Where it knows no word at all it gives no label.
- A misspelt word is an unknown word. Letters other than a to z are dropped.
- A probability is as good as the figures say for texts like those of the data set, and no better
  than an opinion for others.

## Ethical considerations

- It repeats what is in its data. A word that happens to stand in texts of one label speaks for that
  label: names, places and groups of people among them. The strongest words and the table above show
  some of it; look before you rely on it.
- The file holds a few texts of the data set verbatim (the golden reviews that are replayed at
  start) and its vocabulary. Do not publish a model of texts that must stay private.
- Do not use it to judge the people who wrote the texts.

## How to reproduce

```console
$$ $command
```

The same data, versions and kind of processor give the same bytes; `python -m export verify`
checks a file against all that this card claims.

$versions
""")

#: Labels of which the card shows a matrix; pairs that it tells of for more.
MOST_IN_A_TABLE = 20
PAIRS = 20

OTHERS = Template("""\
## Other algorithms

The same texts and the same folds, each algorithm tuned and calibrated inside them:

$table

Brackets hold 95 % intervals; p is that of McNemar's exact test against the first row, and seconds
are for one fit, all choices included. The table again:

```console
$$ $command
```

""")


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
    comparison: Comparison | None = None


def card(subject: Subject) -> str:
    """The card in Markdown."""
    manifest, figures = subject.manifest, subject.manifest.figures
    return CARD.substitute(
        front="\n".join(_front_matter(subject)),
        path=subject.path,
        title=subject.title,
        labels=", ".join(f"`{label}`" for label in manifest.labels),
        file=f"{subject.title}.onnx",
        sha256=subject.sha256,
        size=f"{subject.size:,}",
        terms=f"{len(manifest.vocabulary):,}",
        lemmas=f"{len(manifest.lemmas):,}",
        stop_words=len(manifest.stop_words),
        data="\n".join(_data(manifest)),
        parameters=_bullets(manifest.parameters),
        proofs=f"{subject.proof.reviews:,}",
        proof_probability=f"{subject.proof.probability:.0e}",
        proof_evidence=f"{subject.proof.evidence:.0e}",
        protocol=figures.protocol,
        figures=_table(("figure", "value (95 % interval)"), named_figures(figures)),
        confusion="\n\n".join(_confusion(manifest.labels, figures)),
        plots="\n".join(_plots(subject.plots)),
        comparison=_comparison(subject.comparison),
        behaviour=_behaviour(subject.behaviour),
        command=subject.command,
        versions=_bullets(manifest.versions),
    )


def _front_matter(subject: Subject) -> Iterator[str]:
    """YAML for programs; what may hold any character is JSON, which YAML includes."""
    data = subject.manifest.data
    known = "cc-by-4.0" if data.licence.startswith("CC BY 4.0") else "other"
    yield f"license: {known}"
    if known == "other":
        yield f"license_name: {_json(data.licence)}"
    yield "language: en"
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
        yield {"type": "accuracy", "value": accuracy, "name": "accuracy, held out"}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _data(manifest: Manifest) -> Iterator[str]:
    data = manifest.data
    yield f"- {data.name}"
    counts = ", ".join(f"{count:,} {label}" for label, count in data.reviews_by_label.items())
    yield f"- {data.reviews:,} texts: {counts}"
    yield f"- sha256 of the file: `{data.sha256}`"
    yield f"- licence: {data.licence}"


def _bullets(values: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _plots(plots: Mapping[str, str]) -> Iterator[str]:
    yield ""
    for file, what in plots.items():
        yield f"![{what}]({file})\n"


def _comparison(found: Comparison | None) -> str:
    return OTHERS.substitute(table=found.table(), command=found.command) if found else ""


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
    where = "Over all repeats" if figures.confusion else "On the texts held out"
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
