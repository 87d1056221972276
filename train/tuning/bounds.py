"""Bounds of tuning: settings that exceed terms, memory or time are omitted, and a sentence says so.

Memory follows from the counts of the terms; time is measured on a sample.
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
from addsup.train.options import TrainOptions
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
CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


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
    minutes: float,
    wanted: Sequence[tuple[int, int]],
) -> Plan:
    """Plan of as many evaluations, and then settings, as there is time for.

    Args:
        corpus: all texts.
        rows: those to train on.
        settings: that are within the other bounds.
        minutes: for everything that is fitted.
        wanted: numbers of splits and repeats, the best first, the least last.
    """
    costs = search_seconds(corpus, rows, settings)
    for splits, repeats in wanted:
        most = 60 * minutes / number_of_fits(splits, repeats)
        if sum(costs) <= most:
            break
    by_cost = sorted(range(len(costs)), key=costs.__getitem__)
    totals = accumulate(costs[i] for i in by_cost)
    fitting = {i for i, total in zip(by_cost, totals, strict=True) if total <= most}
    chosen = [each for i, each in enumerate(settings) if i in fitting or i == by_cost[0]]
    notes = []
    if (splits, repeats) != wanted[0]:
        notes.append(
            f"To end within about {minutes:g} minutes (--max-minutes), {splits} of {wanted[0][0]} "
            f"splits are tested on, and cross-validation is done {repeats} of {wanted[0][1]} times."
        )
    if omitted := len(settings) - len(chosen):
        notes.append(
            f"{omitted} of {len(settings)} settings are not tried, for want of time "
            f"(--max-minutes is {minutes:g})."
        )
    return Plan(tuple(chosen), splits, repeats, tuple(notes))


def number_of_fits(splits: int, repeats: int) -> int:
    """Number of fits of a recipe in all: on each split, on each fold, on everything."""
    return splits + OUTER_FOLDS * repeats + 1


def affordable(
    corpus: Corpus, rows: Rows, classifier: str, options: TrainOptions
) -> tuple[tuple[Setting, ...], list[str]]:
    """Settings within the bounds of terms and memory, and sentences about the others."""
    found: list[Setting] = []
    notes: dict[tuple[str, NgramRange], str] = {}  # the first of its kind
    for setting in vectorisers(classifier):
        if setting.stop_words not in corpus.texts:
            continue
        longest = setting.ngram_range[1]
        what = "one word" if longest == 1 else f"up to {longest} words"
        needed = counting_memory(corpus, setting.stop_words, setting.ngram_range)
        if needed <= options.max_memory:
            needed = fitting_memory(corpus, rows, setting, options.max_terms)
        if needed > options.max_memory:
            note = (
                f"Settings with terms of {what} that need about {size_text(needed)} of memory are "
                f"not tried (--max-memory is {size_text(options.max_memory)})."
            )
            notes.setdefault(("memory", setting.ngram_range), note)
            continue
        terms = corpus.counts(setting.stop_words, setting.ngram_range).shape[1]
        most = min(setting.max_features or terms, options.max_terms)
        if setting.max_features is None and most < terms:
            notes["terms", setting.ngram_range] = (
                f"Of the terms of {what} only the {most:,} commonest are counted (--max-terms)."
            )
        # All of them are the same setting, whatever would have been allowed, and tried once.
        bounded = replace(setting, max_features=most if most < terms else None)
        if bounded not in found:
            found.append(bounded)
    return tuple(found), list(notes.values())


def fitting_memory(corpus: Corpus, rows: Rows, setting: Setting, max_terms: int) -> int:
    """Bytes that a setting takes at its peak, of no more than *max_terms* terms."""
    counts = corpus.counts(setting.stop_words, setting.ngram_range)
    terms = min(counts.shape[1], setting.max_features or max_terms, max_terms)
    labels, values = len(corpus.classes), len(KINDS[setting.classifier].values)
    numbers = terms * labels * 6 + len(rows) * labels * values
    return int(counts.nnz * BYTES_A_COUNT * COPIES + 8 * numbers)


def counting_memory(corpus: Corpus, stop_words: StopWords, ngram_range: NgramRange) -> int:
    """Bytes that counting the terms takes at its peak, from a sample of the texts."""
    texts = corpus.texts[stop_words]
    sample = texts[:: max(1, len(texts) // SAMPLE)]
    occurrences = sum(text.count(" ") + 1 for text in sample) * ngram_range[1] * len(texts)
    occurrences //= max(1, len(sample))
    # New terms become rarer the more have been seen (Heaps' law).
    terms = 10 * occurrences**0.75
    return int(occurrences * BYTES_AN_OCCURRENCE + terms * BYTES_A_TERM)


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
