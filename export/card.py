"""The model card: what a person should know before relying on the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from export.prove import Proof
from server.manifest import Interval, Manifest

CARD = """\
# Model card: {title}

Reads a text and says which of these labels fits it best, and how sure it is: {labels}.
One file, `{file}`, runs in onnxruntime; nothing in it is pickled.

- sha256: `{sha256}`
- size: {size:,} bytes, {terms:,} terms, {lemmas:,} word forms with their lemma

## Data

{data}

## How it was made

Cleaning keeps the letters a to z, lower-cases, drops {stop_words} stop words and replaces each
word by WordNet's lemma of the noun. Tf-idf over the {terms:,} commonest terms, then Gaussian naive
Bayes.

{parameters}

Before the file was written, it was compared with scikit-learn on {proof.reviews:,} reviews in the
onnxruntime that serves: labels all equal, probabilities within {proof.probability:.0e}, evidence
plus constant equal to the log-odds within a relative {proof.evidence:.0e}.

## Figures

{figures}

## Limits

- It counts words and knows nothing of their order: "not good" counts "good", and irony is lost.
- It knows English words of film reviews; of a text about something else it knows little, and the
  reply's `known_words` says how little. Where it knows no word at all it gives no label.
- It was fitted on few, short sentences. A probability is a model's opinion, not a measurement.
- Do not use it to judge people.

## Versions

{versions}
"""


def card(title: str, file: str, sha256: str, size: int, manifest: Manifest, proof: Proof) -> str:
    """The card in Markdown for the model file named *file* of *size* bytes."""
    return CARD.format(
        title=title,
        labels=", ".join(f"`{label}`" for label in manifest.labels),
        file=file,
        sha256=sha256,
        size=size,
        terms=len(manifest.vocabulary),
        lemmas=len(manifest.lemmas),
        stop_words=len(manifest.stop_words),
        data="\n".join(_data(manifest)),
        parameters=_bullets(manifest.parameters),
        proof=proof,
        figures=_figures(manifest),
        versions=_bullets(manifest.versions),
    )


def _data(manifest: Manifest) -> Iterator[str]:
    data = manifest.data
    yield f"- {data.name}"
    counts = ", ".join(f"{count:,} {label}" for label, count in data.reviews_by_label.items())
    yield f"- {data.reviews:,} texts: {counts}"
    yield f"- sha256 of the file: `{data.sha256}`"
    yield f"- licence: {data.licence}"


def _bullets(values: Mapping[str, object]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def _figures(manifest: Manifest) -> str:
    figures = manifest.figures
    named = {
        "accuracy": figures.accuracy,
        **{f"F1 of {label}": interval for label, interval in (figures.f1 or {}).items()},
        "ROC AUC": figures.roc_auc,
        "log loss": figures.log_loss,
        "Brier score": figures.brier,
        "expected calibration error": figures.calibration_error,
    }
    measured = {name: _shown(interval) for name, interval in named.items() if interval}
    held_out = {
        f"accuracy on {figures.held_out.reviews:,} reviews held out": (
            f"{figures.held_out.accuracy:.3f}"
        )
    }
    table = confusion_table(manifest.labels, figures.held_out.confusion)
    return f"{figures.protocol}\n\n{_bullets(measured | held_out)}\n\n{table}"


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} (95 % interval {interval.low:.3f} to {interval.high:.3f})"


def confusion_table(labels: Sequence[str], confusion: Sequence[Sequence[int]]) -> str:
    """A [K][K] confusion matrix in Markdown; rows are true labels, columns predicted ones."""
    head = [f"| true \\ predicted | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
    rows = [
        f"| {label} | {' | '.join(map(str, counts))} |"
        for label, counts in zip(labels, confusion, strict=True)
    ]
    return "\n".join([*head, *rows])
