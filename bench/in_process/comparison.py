"""Comparison without HTTP: the model file against the pickles that the peers load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from addsup.inference.model import Model
from addsup.train.data.dataset import imdb_sentences

from bench.in_process.anchors import Predict, anchors
from bench.in_process.timing import quartiles
from bench.serving.pickles import NLTK_DATA
from bench.workloads import SINGLE

SIZES: Final = {1: (200, 10), 100: (20, 2), 1000: (12, 1)}  # reviews: rounds, calls a round


@dataclass(frozen=True, slots=True)
class InProcess:
    """So many reviews at a time, in microseconds a review.

    Attributes:
        reviews: how many at a time.
        scikit_learn: as all peers have it, with NLTK.
        server: this server's model.
        anchors: name -> other classifiers, of `bench.in_process.anchors`.
        bytes: of a review, on average.
    """

    reviews: int
    scikit_learn: float
    server: float
    anchors: Mapping[str, float] = field(default_factory=dict)
    bytes: float = 0.0

    @property
    def times(self) -> float:
        """How many times scikit-learn's rate the server's is."""
        return self.scikit_learn / self.server

    def of(self, anchor: str) -> float | None:
        """How many times the *anchor*'s rate the server's is; None where it was not measured."""
        return self.anchors[anchor] / self.server if anchor in self.anchors else None


def measure(model: Model) -> list[InProcess]:
    """One review of 100 characters, then batches of the sentences that were trained on."""
    sentences = imdb_sentences()
    peers = {"scikit_learn": scikit_learn(), "server": model.predict}
    peers |= anchors(sentences, model.manifest.vocabulary)
    batches = [[SINGLE] if size == 1 else sentences.texts[:size] for size in SIZES]
    return [compare(peers, batch) for batch in batches]


def compare(peers: Mapping[str, Predict], reviews: Sequence[str]) -> InProcess:
    """Time all on the same batch."""
    calls = {name: partial(predict, reviews) for name, predict in peers.items()}
    took = quartiles(calls, *SIZES[len(reviews)])
    microseconds = {name: 1e6 * seconds / len(reviews) for name, seconds in took.items()}
    size = sum(len(review.encode()) for review in reviews) / len(reviews)
    return InProcess(
        len(reviews),
        microseconds.pop("scikit_learn"),
        microseconds.pop("server"),
        microseconds,
        size,
    )


def scikit_learn() -> Callable[[Sequence[str]], Any]:
    """What all peers do with reviews: NLTK's lemmatiser and the two pickles, loaded once."""
    import nltk

    nltk.data.path.insert(0, str(NLTK_DATA))
    from bench.peers.work import Work

    return Work().predict
