"""Clean and predict in this process: the model file against the pickles that the peers load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.pickles import NLTK_DATA
from bench.timing import quartiles
from bench.workloads import SINGLE
from server.inference.model import Model
from train.data.dataset import imdb_sentences

SIZES: Final = {1: (200, 10), 100: (20, 2), 1000: (12, 1)}  # reviews: rounds, calls a round


@dataclass(frozen=True, slots=True)
class InProcess:
    """So many reviews at a time, in microseconds a review."""

    reviews: int
    scikit_learn: float
    server: float

    @property
    def times(self) -> float:
        """How many times scikit-learn's rate the server's is."""
        return self.scikit_learn / self.server


def measure(model: Model) -> list[InProcess]:
    """One review of 100 characters, then batches of the sentences that were trained on."""
    peer = scikit_learn()
    sentences = imdb_sentences().texts
    batches = [[SINGLE] if size == 1 else sentences[:size] for size in SIZES]
    return [compare(model.predict, peer, batch) for batch in batches]


def compare(
    server: Callable[[Sequence[str]], object],
    peer: Callable[[Sequence[str]], object],
    reviews: Sequence[str],
) -> InProcess:
    """Time both on the same batch."""
    calls = {"server": lambda: server(reviews), "peer": lambda: peer(reviews)}
    took = quartiles(calls, *SIZES[len(reviews)])
    microseconds = {name: 1e6 * seconds / len(reviews) for name, seconds in took.items()}
    return InProcess(len(reviews), microseconds["peer"], microseconds["server"])


def scikit_learn() -> Callable[[Sequence[str]], Any]:
    """What all peers do with reviews: NLTK's lemmatiser and the two pickles, loaded once."""
    import nltk

    nltk.data.path.insert(0, str(NLTK_DATA))
    from bench.peers.work import Work

    return Work().predict
