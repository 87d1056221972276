"""Clean and classify one review: the model file against the pipeline it was made from."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from server.model import Model
from server.text import Normaliser
from train.data import imdb_sentences
from train.settings import from_parameters
from train.wordnet import WordNet

MODEL = Path("models/sentiment.onnx")
REVIEW = (  # of 100 characters
    "A wonderful film with great acting, though the plots were a little slow "
    "and the ending was awful...."
)
ROUNDS, CALLS_A_ROUND = 30, 50

LIMIT_MICROSECONDS = 60
LIMIT_RATIO = 0.1


@dataclass(frozen=True, slots=True)
class OnePrediction:
    """Medians in microseconds."""

    scikit_learn: float
    server: float
    cleaning: float
    graph: float

    @property
    def ratio(self) -> float:
        """The server's time as a share of scikit-learn's."""
        return self.server / self.scikit_learn


def measure() -> OnePrediction:
    """Time all of them in interleaved rounds, so that a noisy moment hits them alike."""
    model = Model.load(MODEL)
    text = np.array([model.normaliser.normalise(REVIEW)], dtype=object)
    medians = interleaved(
        scikit_learn=scikit_learn(model),
        server=lambda: model.predict([REVIEW]),
        cleaning=lambda: model.normaliser.normalise(REVIEW),
        graph=lambda: model.session.run(["probabilities"], {"text": text}),
    )
    return OnePrediction(**medians)


def scikit_learn(model: Model) -> Callable[[], object]:
    """The same work by the pipeline in memory, with NLTK's lemmatiser, which remembers words."""
    labelled, wordnet = imdb_sentences(), WordNet.load()
    normaliser = Normaliser(frozenset(model.manifest.stop_words), wordnet.lemmatize)
    setting, calibration = from_parameters(model.manifest.parameters)
    pipeline = setting.pipeline(calibration)
    pipeline.fit([normaliser.normalise(text) for text in labelled.texts], labelled.labels)
    return lambda: pipeline.predict_proba([normaliser.normalise(REVIEW)])


def interleaved(**calls: Callable[[], object]) -> dict[str, float]:
    """Median microseconds of each call."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            times[name].extend(timed(call) for _ in range(CALLS_A_ROUND))
    return {name: statistics.median(values) * 1e6 for name, values in times.items()}


def timed(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
