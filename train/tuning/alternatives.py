"""Alternatives: whether another classifier would do better by more than chance on these texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting, vectorisers
from addsup.train.term_counts import Rows
from addsup.train.tuning.bounds import Bounds, search_seconds
from addsup.train.tuning.search import Tried, search

#: Standard errors beyond which a difference is more than chance: 1 % in all for five comparisons,
#: two-sided.
STANDARD_ERRORS = 3.09

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Better:
    """A classifier that does better.

    Attributes:
        classifier: a key of `KINDS`.
        loss: its mean loss, in the metric that was asked for.
        difference: by how much that is less.
        error: one standard error of the difference.
    """

    classifier: str
    loss: float
    difference: float
    error: float


def affordable_alternatives(
    corpus: Corpus, rows: Rows, chosen: Tried, settings: Sequence[Setting], bounds: Bounds
) -> tuple[list[tuple[str, tuple[Setting, ...]]], list[str]]:
    """Classifiers there is time to try, each with its settings; and the names of the others.

    They read the texts as *chosen* does, and try every way to weigh of *settings*.
    """
    able, skipped, most = [], [], 60 * bounds.minutes
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
        needed = sum(search_seconds(corpus, rows, tried))
        most -= needed
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
) -> Iterator[Better]:
    """Those of *others* whose loss is less than that of *chosen* by more than chance."""
    for classifier, settings in others:
        found = search(corpus, rows, settings, seed, metric)
        differences = chosen.losses - found.losses
        mean = float(differences.mean())
        error = float(differences.std(ddof=1) / np.sqrt(len(differences)))
        if mean > STANDARD_ERRORS * error:
            yield Better(classifier, found.loss, mean, error)
