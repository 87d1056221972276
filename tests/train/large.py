"""A made-up data set of the size of the large IMDb one: 25,000 reviews of 1,300 characters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from addsup.train.data.dataset import imdb_sentences

REVIEWS = 25_000
WORDS = 230  # a review; 1,300 characters or so
VOCABULARY = 80_000


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """Words by Zipf's law; a tenth of the common ones lean to one of two labels."""

    words: npt.NDArray[np.object_]
    chances: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

    @classmethod
    def of(cls, random: np.random.Generator) -> Leaning:
        """The words, and how far the chances of each label have added up by each of them."""
        words = np.array(_words(random), dtype=object)
        rank = np.arange(1, len(words) + 1)
        share = 1 / (rank + 2.7)
        leaning = np.where(rank % 10 == 0, random.choice([0.5, 2.0], len(words)), 1.0)
        weights = share / leaning, share * leaning
        zero, one = (np.cumsum(weight / weight.sum()) for weight in weights)
        return cls(words, (zero, one))

    def text(self, label: int, random: np.random.Generator) -> str:
        """A text of 60 to 400 words with that *label*, 0 or 1."""
        size = random.integers(60, 2 * WORDS - 60)
        places = np.searchsorted(self.chances[label], random.random(size))
        return " ".join(self.words[np.minimum(places, len(self.words) - 1)])


def write_large(path: Path, reviews: int = REVIEWS) -> None:
    """Write as TSV *reviews* of which the second half have the second label."""
    random = np.random.default_rng(0)
    words = Leaning.of(random)
    with path.open("w", encoding="utf-8") as file:
        file.write("Review\tStatus\n")
        for label in (0, 1):
            for _ in range(reviews // 2):
                file.write(f"{words.text(label, random)}.\t{label}\n")


def _words(random: np.random.Generator) -> list[str]:
    """The words of the article's sentences, commonest first, and made-up ones after them."""
    text = " ".join(imdb_sentences().texts).split()
    known, counts = np.unique(text, return_counts=True)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    made_up = ["".join(random.choice(letters, size)) for size in random.integers(4, 11, VOCABULARY)]
    return [*known[np.argsort(-counts, kind="stable")].tolist(), *made_up]
