"""Bounds of tuning: settings that exceed terms or memory are omitted, and a sentence says so."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting
from addsup.train.options import TrainOptions
from addsup.train.term_counts import NgramRange, Rows, StopWords
from addsup.train.wording import size_text

#: Texts from which the number of words is extrapolated.
SAMPLE: Final = 1_000
#: Bytes of a stored count, and how many copies of the counts there are at once: all of them, cut
#: into folds, weighed, squared.
BYTES_A_COUNT, COPIES = 12, 5
#: While pairs of words are counted: bytes of each occurrence, and of each term in a dictionary.
BYTES_AN_OCCURRENCE, BYTES_A_TERM = 24, 200
CGROUP: Final = Path("/sys/fs/cgroup/memory.max")


def machine_memory() -> int:
    """Bytes of memory of the machine, or of the container if that has less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(memory, int(CGROUP.read_text()))
    except (OSError, ValueError):  # "max": no limit
        return memory


def affordable(
    corpus: Corpus, rows: Rows, settings: Sequence[Setting], options: TrainOptions
) -> tuple[tuple[Setting, ...], list[str]]:
    """Those of *settings* within the bounds of terms and memory; sentences about the others."""
    found: list[Setting] = []
    notes: dict[tuple[str, NgramRange], str] = {}  # the first of its kind
    for setting in settings:
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
