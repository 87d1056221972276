"""A made-up data set of the size of the large IMDb one: 25,000 reviews of 1,300 characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from train.data.dataset import imdb_sentences

REVIEWS = 25_000
WORDS = 230  # a review; 1,300 characters or so
VOCABULARY = 80_000


def write_large(path: Path, reviews: int = REVIEWS) -> None:
    """Write as TSV *reviews* of words by Zipf's law; a tenth of the common ones lean to a label."""
    random = np.random.default_rng(0)
    words = np.array(_words(random), dtype=object)
    rank = np.arange(1, len(words) + 1)
    share = 1 / (rank + 2.7)
    leaning = np.where(rank % 10 == 0, random.choice([0.5, 2.0], len(words)), 1.0)
    with path.open("w", encoding="utf-8") as file:
        file.write("Review\tStatus\n")
        for status, weight in ((0, share / leaning), (1, share * leaning)):
            chance = np.cumsum(weight / weight.sum())
            for _ in range(reviews // 2):
                chosen = np.searchsorted(chance, random.random(random.integers(60, 2 * WORDS - 60)))
                file.write(f"{' '.join(words[np.minimum(chosen, len(words) - 1)])}.\t{status}\n")


def _words(random: np.random.Generator) -> list[str]:
    """The words of the article's sentences, commonest first, and made-up ones after them."""
    text = " ".join(imdb_sentences().texts).split()
    known, counts = np.unique(text, return_counts=True)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    made_up = ["".join(random.choice(letters, size)) for size in random.integers(4, 11, VOCABULARY)]
    return [*known[np.argsort(-counts, kind="stable")].tolist(), *made_up]
