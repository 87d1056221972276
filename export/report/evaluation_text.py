"""Evaluation in words: for the terminal, and as the section of a model card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from addsup.export.tools.evaluation import Drift, Evaluation
from addsup.train.evaluation.console_report import evidence_text
from addsup.train.wording import interval_text

#: Labels of which the shares are told one by one.
MOST_LABELS = 10


def report(found: Evaluation) -> Iterator[str]:
    """Lines for the terminal."""
    yield f"{found.name}: {found.texts:,} texts; 95 % intervals of the bootstrap over texts"
    if found.seen:
        yield "The model was fitted on this very file, so these figures flatter it."
    named = dict(_figures(found))
    width = max(map(len, named))
    yield from (f"  {name:<{width}}  {value}" for name, value in named.items())
    yield ""
    yield from evidence_text(found.by_evidence, "texts").split("\n")
    yield "\nBeside the data it was trained on"
    drift = dict(_drift(found))
    width = max(map(len, drift))
    yield from (f"  {name:<{width}}  {value}" for name, value in drift.items())


def section(found: Mapping[str, Evaluation]) -> str:
    """The section "On other data" of a model card; empty without evaluations.

    Args:
        found: name of a file without its suffix -> the evaluation in it; .svg is its drawing.
    """
    if not found:
        return ""
    head = (
        "data",
        "texts",
        "accuracy",
        "ROC AUC",
        "log loss",
        "calibration error",
        "unknown words",
    )
    rows = [
        (
            each.name,
            f"{each.texts:,}",
            *(interval_text(i) if i else "" for i in (each.accuracy, each.roc_auc, each.log_loss)),
            interval_text(each.calibration_error),
            f"{each.unknown_words.here:.1%}".replace("%", " %"),
        )
        for each in found.values()
    ]
    plots = "".join(
        f"![Reliability on {each.name}]({name}.svg)\n\n" for name, each in found.items()
    )
    lines = [head, ("---",) * len(head), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return (
        "## On other data\n\nTexts of another kind than those it was fitted on, with 95 % "
        "intervals of the bootstrap over\ntexts; `addsup evaluate` prints the rest.\n\n"
        f"{table}\n\n{plots}"
    )


def _figures(found: Evaluation) -> Iterator[tuple[str, str]]:
    yield "accuracy", interval_text(found.accuracy)
    if found.roc_auc:
        yield "ROC AUC", interval_text(found.roc_auc)
    yield "log loss", interval_text(found.log_loss)
    yield "expected calibration error", interval_text(found.calibration_error)
    yield "given a label", _percent(found.coverage)
    yield "letters it could not read", _percent(found.unread_letters)


def _drift(found: Evaluation) -> Iterator[tuple[str, str]]:
    yield "unknown words", _both(found.unknown_words, _percent)
    yield "words a text", _both(found.words, lambda number: f"{number:.1f}")
    if len(found.labels) <= MOST_LABELS:
        yield from (
            (f"share of {label}", _both(each, _percent)) for label, each in found.labels.items()
        )


def _both(drift: Drift, say: Callable[[float], str]) -> str:
    there = "not known" if drift.trained_on is None else say(drift.trained_on)
    return f"{say(drift.here)} here, {there} there"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
