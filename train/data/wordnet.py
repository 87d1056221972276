"""WordNet and stop words: noun lemmas and the words that cleaning drops, from the cache.

Lemmas are those of NLTK's `WordNetLemmatizer`: a test compares them over all of WordNet. Its reader
takes seconds to load, and refuses files that belong to another account (as on a bind mount).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from addsup.train.data.download import ensure
from addsup.train.data.resources import STOP_WORDS, STOP_WORDS_FILE, WORDNET, WORDNET_FOLDER

#: Rules of detachment for nouns: ending of a form -> that of its lemma. Source: morphy(7WN).
DETACHMENT: Final = {
    "s": "",
    "ses": "s",
    "ves": "f",
    "xes": "x",
    "zes": "z",
    "ches": "ch",
    "shes": "sh",
    "men": "man",
    "ies": "y",
}


@dataclass(frozen=True, eq=False)
class WordNet:
    """WordNet 3.0 as far as noun lemmas go."""

    nouns: frozenset[str] = field(repr=False)  # all 117,798; words of a compound are joined by "_"
    exceptions: Mapping[str, tuple[str, ...]] = field(repr=False)  # irregular form -> its lemmas

    @classmethod
    def load(cls, cache: Path | None = None, *, progress: bool = False) -> WordNet:
        """Read WordNet, once per process and cache folder.

        Args:
            cache: the cache folder; `cache_folder()` by default.
            progress: show on stderr what takes longer than a second.

        Raises:
            SourceUnavailable: WordNet is neither in the cache nor to be had.
        """
        return _load(ensure(WORDNET, cache, progress=progress) / WORDNET_FOLDER)

    def lemmatize(self, word: str) -> str:
        """Return what NLTK's `WordNetLemmatizer().lemmatize(word)` returns.

        Args:
            word: one lower-case word.

        Returns:
            The shortest noun lemma, or *word* itself where WordNet knows none.
        """
        forms = self.exceptions.get(word) or (
            word.removesuffix(ending) + new
            for ending, new in DETACHMENT.items()
            if word.endswith(ending)
        )
        known = [form for form in (word, *forms) if form in self.nouns]
        return min(known, key=len) if known else word


def stop_words(
    cache: Path | None = None, *, language: str = "english", progress: bool = False
) -> frozenset[str]:
    """Return NLTK's stop words of a *language* that consist of letters; 153 in English.

    Raises:
        SourceUnavailable: the list is neither in the cache nor to be had.
    """
    return stop_word_lists(cache, progress=progress)[language]


def stop_word_lists(
    cache: Path | None = None, *, progress: bool = False
) -> dict[str, frozenset[str]]:
    """Return NLTK's stop words of every language in `LANGUAGES`, by its NLTK name.

    Raises:
        SourceUnavailable: they are neither in the cache nor to be had.
    """
    lists = json.loads((ensure(STOP_WORDS, cache, progress=progress) / STOP_WORDS_FILE).read_text())
    return {name: frozenset(words) for name, words in lists.items()}


@functools.cache
def _load(folder: Path) -> WordNet:
    index = (folder / "index.noun").read_text("utf-8").splitlines()
    exceptions = map(str.split, (folder / "noun.exc").read_text("utf-8").splitlines())
    return WordNet(
        frozenset(line.partition(" ")[0] for line in index if not line.startswith(" ")),
        {form: tuple(lemmas) for form, *lemmas in exceptions},
    )
