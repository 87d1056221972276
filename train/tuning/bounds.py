"""Bounds of tuning: what candidates cost is known before they are fitted.

Terms are counted; memory and the size of the file follow from the counts; time is measured on a
sample. What exceeds a bound is omitted, and a sentence says so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Final

import numpy as np

from addsup.train.calibration import calibrate
from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import OUTER_FOLDS, inner_folds
from addsup.train.hyperparameters import Setting, vectorisers
from addsup.train.term_counts import NgramRange, Rows, StopWords, cut_fold
from addsup.train.wording import size_text

#: Fewer texts are through before it would pay to measure.
SMALL: Final = 2_000
SAMPLE: Final = 1_000

#: Bytes of a stored count, and how many copies of the counts there are at once: all of them, cut
#: into folds, weighed, squared.
BYTES_A_COUNT, COPIES = 12, 5
#: While pairs of words are counted: bytes of each occurrence, and of each term in a dictionary.
BYTES_AN_OCCURRENCE, BYTES_A_TERM = 24, 200
#: Bytes of a term in a model file beside its numbers: twice its letters and what frames them.
BYTES_OF_A_NAME: Final = 24

CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much tuning may take.

    Attributes:
        terms: that a model counts at the most.
        memory: in bytes.
        minutes: of everything that is fitted.
    """

    terms: int
    memory: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, and how often.

    Attributes:
        settings: that are tried.
        splits: into a part to fit on and a part to ask.
        repeats: of cross-validation.
        notes: sentences about what is omitted.
    """

    settings: tuple[Setting, ...]
    splits: int
    repeats: int
    notes: tuple[str, ...] = ()


def machine_memory() -> int:
    """Bytes of memory of the machine, or of the container if that has less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(memory, int(CGROUP.read_text()))
    except (OSError, ValueError):  # "max": no limit
        return memory


def plan_evaluations(
    corpus: Corpus,
    rows: Rows,
    settings: Sequence[Setting],
    bounds: Bounds,
    wanted: Sequence[tuple[int, int]],
) -> Plan:
    """Plan of as many evaluations, and then settings, as there is time for.

    Args:
        corpus: all texts.
        rows: those to train on.
        settings: that are within the other bounds.
        bounds: of time.
        wanted: numbers of splits and repeats, the best first, the least last.
    """
    costs = search_seconds(corpus, rows, settings)
    most = 60 * bounds.minutes
    for splits, repeats in wanted:
        if sum(costs) * number_of_fits(splits, repeats) <= most:
            break
    times = number_of_fits(splits, repeats)
    kept = _cheapest(costs, most / times)
    notes = []
    if (splits, repeats) != wanted[0]:
        notes.append(_fewer(*wanted[0], splits, repeats, bounds))
    if len(kept) < len(settings):
        more = sum(cost for i, cost in enumerate(costs) if i not in kept) * times / 60
        notes.append(
            f"{len(settings) - len(kept)} of {len(settings)} settings are not tried; they would "
            f"take about {max(more, 0.1):.1f} minutes more (--max-minutes is {bounds.minutes:g})."
        )
    chosen = tuple(each for i, each in enumerate(settings) if i in kept)
    return Plan(chosen, splits, repeats, tuple(notes))


def _cheapest(costs: Sequence[float], most: float) -> set[int]:
    """Indices of the least of *costs* that add up to *most*; of one at least."""
    cheap = sorted(range(len(costs)), key=costs.__getitem__)
    sums = accumulate(costs[i] for i in cheap)
    return {cheap[0], *(i for i, total in zip(cheap, sums, strict=True) if total <= most)}


def number_of_fits(splits: int, repeats: int) -> int:
    """Number of fits of a recipe in all: on each split, on each fold, on everything."""
    return splits + OUTER_FOLDS * repeats + 1


def _fewer(
    wanted_splits: int, wanted_repeats: int, splits: int, repeats: int, bounds: Bounds
) -> str:
    parts = []
    if repeats < wanted_repeats:
        often = "left out" if not repeats else f"done {repeats} times, not {wanted_repeats},"
        parts.append(f"cross-validation is {often}".replace("1 times", "once"))
    if splits < wanted_splits:
        are = "are" if splits > 1 else "is"
        parts.append(f"{splits} of {wanted_splits} splits {are} tested on")
    sentence = " and ".join(parts)
    return (
        f"{sentence[0].upper()}{sentence[1:]}, to end within about {bounds.minutes:g} minutes "
        "(--max-minutes)."
    )


def affordable(
    corpus: Corpus, rows: Rows, classifier: str, bounds: Bounds
) -> tuple[tuple[Setting, ...], list[str]]:
    """Settings within the bounds of terms and memory, and sentences about the others."""
    found: list[Setting] = []
    notes: dict[tuple[str, NgramRange], str] = {}  # the first of its kind
    for setting in vectorisers(classifier):
        if setting.stop_words not in corpus.texts:
            continue
        needed = counting_memory(corpus, setting.stop_words, setting.ngram_range)
        if setting.ngram_range[1] > 1 and needed > bounds.memory:
            notes["counting", setting.ngram_range] = (
                f"Terms of up to {setting.ngram_range[1]} words are not tried: to count them would "
                f"take about {size_text(needed)} (--max-memory is {size_text(bounds.memory)})."
            )
            continue
        fitting, sentence = within_bounds(corpus, rows, setting, bounds)
        if sentence:
            kind = "terms" if fitting else "memory"
            notes.setdefault((kind, setting.ngram_range), sentence)
        if fitting and fitting not in found:
            found.append(fitting)
    return tuple(found), list(notes.values())


def within_bounds(
    corpus: Corpus, rows: Rows, setting: Setting, bounds: Bounds
) -> tuple[Setting | None, str]:
    """Setting with as many terms as are allowed, None without the memory for it; and a note."""
    counts = corpus.counts(setting.stop_words, setting.ngram_range)
    terms, note = counts.shape[1], ""
    most = min(setting.max_features or terms, bounds.terms)
    if setting.max_features is None and terms > most:
        longest = setting.ngram_range[1]
        what = "one word" if longest == 1 else f"up to {longest} words"
        note = (
            f"Of the terms of {what} only the {most:,} commonest are counted "
            "(--max-terms); all of them would make a file of about "
            f"{size_text(file_size(terms, len(corpus.classes)))} or more."
        )
    # All of them are the same setting, whatever would have been allowed, and tried once.
    setting = replace(setting, max_features=most if most < terms else None)
    labels, values = len(corpus.classes), len(KINDS[setting.classifier].values)
    needed = (
        counts.nnz * BYTES_A_COUNT * COPIES
        + min(terms, most) * labels * 8 * 6
        + len(rows) * labels * values * 8
    )
    if needed <= bounds.memory:
        return setting, note
    return None, (
        f"A setting that needs about {size_text(needed)} of memory is not tried (--max-memory is "
        f"{size_text(bounds.memory)})."
    )


def counting_memory(corpus: Corpus, stop_words: StopWords, ngram_range: NgramRange) -> int:
    """Bytes that counting the terms takes at its peak, from a sample of the texts."""
    texts = corpus.texts[stop_words]
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    occurrences = sum(text.count(" ") + 1 for text in sample) * ngram_range[1] * len(texts)
    occurrences //= max(1, len(sample))
    # New terms become rarer the more have been seen (Heaps' law).
    terms = 10 * occurrences**0.75
    return int(occurrences * BYTES_AN_OCCURRENCE + terms * BYTES_A_TERM)


def file_size(terms: int, labels: int) -> int:
    """Approximate size in bytes of a model file of so many terms."""
    return terms * (BYTES_OF_A_NAME + 8 + 16 * (labels - 1))


def search_seconds(corpus: Corpus, rows: Rows, settings: Sequence[Setting]) -> list[float]:
    """Seconds that each of *settings* takes in a search, measured on a sample; 0 for few texts."""
    if len(rows) < SMALL:
        return [0.0] * len(settings)
    random = np.random.default_rng(0)
    sample = np.sort(random.choice(rows, SAMPLE, replace=False))
    return list(_seconds(corpus, rows, settings, sample))


def _seconds(
    corpus: Corpus, rows: Rows, settings: Sequence[Setting], sample: Rows
) -> Iterator[float]:
    fitted, tested = sample[: SAMPLE // 2], sample[SAMPLE // 2 :]
    for setting in settings:
        kind = KINDS[setting.classifier]
        counts = corpus.counts(setting.stop_words, setting.ngram_range)
        start = time.perf_counter()
        part = cut_fold(counts, fitted, tested, corpus.truth).commonest(setting.max_features)
        weighting = setting.weighting()
        X, Z = weighting.fit_transform(part.fitted), weighting.transform(part.tested)
        scores = kind.scores(X, part.truth, Z, kind.values)
        per_fold = (time.perf_counter() - start) / SAMPLE
        start = time.perf_counter()
        calibrate(scores[0], np.unique(corpus.truth[tested], return_inverse=True)[1])
        once = (time.perf_counter() - start) / len(tested) * len(kind.values)
        yield len(rows) * (per_fold * inner_folds(len(rows)) + once)
