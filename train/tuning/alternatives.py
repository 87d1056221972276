"""Alternatives: whether another classifier would do better by more than chance on these texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting, vectorisers
from addsup.train.term_counts import Rows
from addsup.train.tuning.bounds import search_seconds
from addsup.train.tuning.search import Tried, search

#: Standard errors beyond which a difference is more than chance: 1 % in all for five comparisons,
#: two-sided.
STANDARD_ERRORS = 3.09


def affordable_alternatives(
    corpus: Corpus, rows: Rows, chosen: Tried, settings: Sequence[Setting], minutes: float
) -> tuple[list[tuple[str, tuple[Setting, ...]]], list[str]]:
    """Classifiers there is time to try, each with its settings; and the names of the others.

    They read the texts as *chosen* does, and try every way to weigh of *settings*.
    """
    able, skipped, most = [], [], 60 * minutes
    # None, for all terms, is the largest.
    size = max((each.max_features for each in settings), key=lambda most: most or np.inf)
    lengths = {each.ngram_range for each in settings}
    for classifier in KINDS:
        if classifier == chosen.setting.classifier:
            continue
        tried = tuple(
            replace(each, max_features=size)
            for each in vectorisers(classifier)
            if each.max_features is None
            and each.stop_words == chosen.setting.stop_words
            and each.ngram_range in lengths
        )
        most -= sum(search_seconds(corpus, rows, tried))
        if most < 0:
            skipped.append(KINDS[classifier].title)
        else:
            able.append((classifier, tried))
    return able, skipped


def better_alternatives(
    corpus: Corpus,
    rows: Rows,
    chosen: Tried,
    others: Sequence[tuple[str, tuple[Setting, ...]]],
    metric: str,
    seed: int,
) -> Iterator[tuple[str, float]]:
    """Those of *others* whose loss is less than that of *chosen* by more than chance; and it."""
    for classifier, settings in others:
        found = search(corpus, rows, settings, seed, metric)
        differences = chosen.losses - found.losses
        error = differences.std(ddof=1) / np.sqrt(len(differences))
        if differences.mean() > STANDARD_ERRORS * error:
            yield classifier, found.loss
