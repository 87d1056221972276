"""Model diff: whose verdicts flip between two files, by which words, and whether by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from addsup.export.errors import NotReadable
from addsup.export.tools.contributions import Answer, ask
from addsup.inference.model import Model
from addsup.train.evaluation.comparison import mcnemar

WORDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Flip:
    """A review on which two models differ.

    Attributes:
        review: as typed.
        truth: its label in the data set.
        old: the old model's verdict; None when it knows no word.
        new: the new model's verdict.
        words: the terms that moved the log-odds of `new` against `old` most, and how far.
    """

    review: str
    truth: str
    old: str | None
    new: str | None
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same n reviews.

    Attributes:
        reviews: n.
        flips: those with another verdict, in order.
        old_right: how many the old model has right.
        new_right: how many the new one has right.
        only_old: how many the old one alone has right.
        only_new: how many the new one alone has right.
        p_value: probability of a difference at least as large between `only_old` and `only_new`
            if both models were equally good: McNemar's test, exact (two-sided binomial).
        seen: the models ("old", "new") that were fitted on these very reviews.
    """

    reviews: int
    flips: tuple[Flip, ...]
    old_right: int
    new_right: int
    only_old: int
    only_new: int
    p_value: float
    seen: tuple[str, ...]


def compare(
    old: Model, new: Model, reviews: Sequence[str], truth: Sequence[str], sha256: str
) -> Comparison:
    """Ask both models.

    Args:
        old: the model in use.
        new: the one that may replace it.
        reviews: n raw reviews.
        truth: their n labels.
        sha256: of the file they come from, to tell whether a model has seen it.

    Raises:
        NotReadable: the models have not the same labels, or the reviews have others.
    """
    _check_labels(old, new, truth)
    answers = list(zip(ask(old, reviews), ask(new, reviews), strict=True))
    right = np.array(
        [[a.label == t, b.label == t] for (a, b), t in zip(answers, truth, strict=True)]
    )
    only_old, only_new = (
        int(np.sum(right[:, 0] & ~right[:, 1])),
        int(np.sum(~right[:, 0] & right[:, 1])),
    )
    return Comparison(
        reviews=len(reviews),
        flips=tuple(_flips(old, new, reviews, truth, answers)),
        old_right=int(right[:, 0].sum()),
        new_right=int(right[:, 1].sum()),
        only_old=only_old,
        only_new=only_new,
        p_value=mcnemar(right[:, 0], right[:, 1]),
        seen=tuple(
            name
            for name, model in (("old", old), ("new", new))
            if model.manifest.data.sha256 == sha256
        ),
    )


def _check_labels(old: Model, new: Model, truth: Sequence[str]) -> None:
    if set(old.labels) != set(new.labels):
        raise NotReadable(
            f"The old model has the labels {', '.join(old.labels)}, the new one "
            f"{', '.join(new.labels)}: only models with the same labels can be compared."
        )
    foreign = sorted(set(truth) - set(new.labels))
    if foreign:
        raise NotReadable(
            f"The reviews have labels that the models do not know: {', '.join(foreign)}. "
            f"Theirs are {', '.join(new.labels)}; name the right column with --label-column."
        )


def _flips(
    old: Model,
    new: Model,
    reviews: Sequence[str],
    truth: Sequence[str],
    answers: Sequence[tuple[Answer, Answer]],
) -> Iterator[Flip]:
    for review, label, (before, after) in zip(reviews, truth, answers, strict=True):
        if before.label != after.label:
            words = tuple(_responsible(old, new, before, after)[:WORDS_SHOWN])
            yield Flip(review, label, before.label, after.label, words)


def _responsible(old: Model, new: Model, before: Answer, after: Answer) -> list[tuple[str, float]]:
    """Terms and how far each moved the log-odds of the new verdict against the old, farthest first.

    Where one model knows nothing and so has no verdict, the other's runner-up stands in for it.
    """
    winner = after.label or _runner_up(old, before)
    loser = before.label or _runner_up(new, after)
    was, now = (
        {t: float(p[m.labels.index(winner)] - p[m.labels.index(loser)]) for t, p in a.parts.items()}
        for m, a in ((old, before), (new, after))
    )
    moved = {term: now.get(term, 0.0) - was.get(term, 0.0) for term in {*was, *now}}
    return sorted(moved.items(), key=lambda item: (-abs(item[1]), item[0]))


def _runner_up(model: Model, answer: Answer) -> str:
    return model.labels[int(np.argsort(answer.probabilities, kind="stable")[-2])]


def report(found: Comparison) -> Iterator[str]:
    """The comparison as lines for the terminal."""
    total = found.reviews
    for flip in found.flips:
        mark = {flip.old: "was right", flip.new: "is right"}.get(flip.truth, "both wrong")
        yield f"{flip.old or 'no verdict'} -> {flip.new or 'no verdict'} ({mark}): {flip.review}"
        yield "    " + ", ".join(f"{word} {part:+.2f}" for word, part in flip.words)
    yield f"{len(found.flips)} of {total:,} verdicts flip."
    for name, right in (("old", found.old_right), ("new", found.new_right)):
        yield f"The {name} model has {right:,} right ({right / total:.1%})."
    yield (
        f"Right only in the old: {found.only_old}, only in the new: {found.only_new}; McNemar's "
        f"exact test gives p = {found.p_value:.3g}: {_meaning(found)}."
    )
    for name in found.seen:
        yield (
            f"Caution: the {name} model was fitted on these very reviews, which flatters it; name "
            "a file that neither has seen."
        )


def _meaning(found: Comparison) -> str:
    if found.p_value >= 0.05:
        return "the difference may well be chance"
    better = "new" if found.only_new > found.only_old else "old"
    return f"the {better} model is better by more than chance"
