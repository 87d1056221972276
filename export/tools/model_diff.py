"""Model diff: whose labels flip between two files, by which words, and whether by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from addsup.export.tools.contributions import Answer, explained
from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model
from addsup.train.errors import BadData
from addsup.train.evaluation.comparison import mcnemar

WORDS_SHOWN = 5
NONE = "no label"


@dataclass(frozen=True, slots=True)
class Flip:
    """A text on which two models differ.

    Attributes:
        text: as typed.
        truth: its label in the data set.
        old: the old model's label; None when it knows no word.
        new: the new model's label.
        words: the terms that moved the log-odds of `new` against `old` most, and how far.
    """

    text: str
    truth: str
    old: str | None
    new: str | None
    words: tuple[tuple[str, float], ...]

    def __str__(self) -> str:
        mark = {self.old: "was right", self.new: "is right"}.get(self.truth, "both wrong")
        moved = ", ".join(f"{word} {by:+.2f}" for word, by in self.words)
        return f"{self.old or NONE} -> {self.new or NONE} ({mark}): {self.text}\n    {moved}"


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """Two models on the same n texts.

    Attributes:
        flips: the texts with another label, in order.
        old_right: [n] whether the old model is right.
        new_right: [n] whether the new one is.
        seen: the models ("old", "new") that were fitted on these very texts.
    """

    flips: tuple[Flip, ...]
    old_right: npt.NDArray[np.bool_]
    new_right: npt.NDArray[np.bool_]
    seen: tuple[str, ...]


def model_diff(
    old: Model, new: Model, texts: Sequence[str], truth: Sequence[str], sha256: str
) -> ModelDiff:
    """Ask both models for n *texts* with their *truth*, from the file of this *sha256*.

    Raises:
        ModelFileError: the models have not the same labels.
        BadData: the texts have others.
    """
    _check_labels(old, new, truth)
    answers = list(zip(texts, truth, explained(old, texts), explained(new, texts), strict=True))
    models = {"old": old, "new": new}
    return ModelDiff(
        flips=tuple(
            Flip(text, label, was.label, now.label, _responsible(old.labels, was, now))
            for text, label, was, now in answers
            if was.label != now.label
        ),
        old_right=np.array([was.label == label for _, label, was, _ in answers]),
        new_right=np.array([now.label == label for _, label, _, now in answers]),
        seen=tuple(name for name, each in models.items() if each.manifest.data.sha256 == sha256),
    )


def _check_labels(old: Model, new: Model, truth: Sequence[str]) -> None:
    if old.labels != new.labels:
        raise ModelFileError(
            f"The old model has the labels {', '.join(old.labels)}, the new one "
            f"{', '.join(new.labels)}: only models with the same labels can be compared."
        )
    foreign = sorted(set(truth) - set(new.labels))
    if foreign:
        raise BadData(
            f"The texts have labels that the models do not know: {', '.join(foreign)}. "
            f"Theirs are {', '.join(new.labels)}; name the right column with --label-column."
        )


def _responsible(
    labels: Sequence[str], before: Answer, after: Answer
) -> tuple[tuple[str, float], ...]:
    """Terms and how far each moved the log-odds of the new label against the old, farthest first.

    Where one model knows nothing and so has no label, the other's runner-up stands in for it.
    """
    winner = labels.index(after.label) if after.label else _runner_up(before)
    loser = labels.index(before.label) if before.label else _runner_up(after)
    none = np.zeros(len(labels))
    moved = {
        term: after.contributions.get(term, none) - before.contributions.get(term, none)
        for term in before.contributions.keys() | after.contributions.keys()
    }
    by_term = [(term, float(each[winner] - each[loser])) for term, each in moved.items()]
    return tuple(sorted(by_term, key=lambda item: (-abs(item[1]), item[0]))[:WORDS_SHOWN])


def _runner_up(answer: Answer) -> int:
    return int(np.argsort(answer.probabilities, kind="stable")[-2])


def diff_lines(found: ModelDiff) -> Iterator[str]:
    """The comparison as lines for the terminal, with McNemar's exact test (two-sided binomial)."""
    old, new = found.old_right, found.new_right
    only_old, only_new = int((old & ~new).sum()), int((new & ~old).sum())
    yield from map(str, found.flips)
    yield f"{len(found.flips)} of {len(old):,} labels flip."
    for name, right in (("old", old), ("new", new)):
        yield f"The {name} model has {right.sum():,} right ({right.mean():.1%})."
    p, meaning = mcnemar(old, new), "the difference may well be chance"
    if p < 0.05:
        better = "new" if only_new > only_old else "old"
        meaning = f"the {better} model is better by more than chance"
    yield (
        f"Right only in the old: {only_old}, only in the new: {only_new}; McNemar's "
        f"exact test gives p = {p:.3g}: {meaning}."
    )
    for name in found.seen:
        yield (
            f"Caution: the {name} model was fitted on these very texts, which flatters it; name "
            "a file that neither has seen."
        )
