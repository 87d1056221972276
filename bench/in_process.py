"""Predictions without HTTP: the model file beside the pickles, in interleaved rounds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from addsup.inference.model import Model
from addsup.train.data.dataset import imdb_sentences
from bench import MODEL
from bench.peers.pickled import PickledClassifier
from bench.rounds import SINGLE

ROUNDS_BY_SIZE: Final = {1: 60, 100: 40, 1000: 12}
#: Texts of one time: single ones are asked for in a row, since each finds the other's caches else.
TEXTS_A_TIME: Final = 20


@dataclass(frozen=True, slots=True)
class InProcess:
    """Rates of one size of batch.

    Attributes:
        size: texts at a time.
        scikit_learn: texts/s with the pickles and NLTK.
        addsup: texts/s with the model file.
    """

    size: int
    scikit_learn: float
    addsup: float

    @property
    def ratio(self) -> float:
        """The model file's rate as a multiple of the pickles'."""
        return self.addsup / self.scikit_learn


def in_process() -> list[InProcess]:
    """One text of 100 characters, then batches of the sentences that were trained on."""
    calls = (PickledClassifier().predict, Model.load(MODEL).predict)
    sentences = list(imdb_sentences().texts)
    measured = []
    for size, rounds in ROUNDS_BY_SIZE.items():
        texts = [SINGLE] if size == 1 else sentences[:size]
        times = [[seconds(call, texts) for call in calls] for _ in range(rounds)]
        # Other work on the machine only ever adds time, so the lower quartile counts.
        scikit_learn, addsup = (statistics.quantiles(each)[0] for each in zip(*times, strict=True))
        measured.append(InProcess(size, size / scikit_learn, size / addsup))
    return measured


def seconds(call: Callable[[list[str]], object], texts: list[str]) -> float:
    """Time of one call, the mean of several if there are few *texts*."""
    calls = max(1, TEXTS_A_TIME // len(texts))
    start = time.perf_counter()
    for _ in range(calls):
        call(texts)
    return (time.perf_counter() - start) / calls
