"""WordNet and stop words: noun lemmas and the words that cleaning drops, from the cache."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from addsup.train.data.download import ensure
from addsup.train.data.resources import STOP_WORDS_FILE, WORDNET, WORDNET_FOLDER, stop_words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Lemmas; texts without end have words without end.
MOST_REMEMBERED: Final = 500_000


@dataclass(frozen=True, eq=False)
class WordNet:
    """WordNet 3.0 as far as noun lemmas go."""

    nouns: frozenset[str]  # all 117,798 lemmas; words of a compound are joined by "_"
    exceptions: Mapping[str, tuple[str, ...]]  # irregular form -> its lemmas, in NLTK's order
    _lemmatize: Callable[[str], str] = field(repr=False)
    _lemmas: dict[str, str] = field(default_factory=dict, init=False, repr=False)

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
        """Return what `WordNetLemmatizer().lemmatize(word)` returns, remembering it.

        Args:
            word: one lower-case word.

        Returns:
            The shortest noun lemma, or *word* itself where WordNet knows none.
        """
        lemma = self._lemmas.get(word)
        if lemma is None:
            if len(self._lemmas) == MOST_REMEMBERED:
                self._lemmas.clear()
            lemma = self._lemmas[word] = self._lemmatize(word)
        return lemma


def stop_words(
    cache: Path | None = None, *, language: str = "english", progress: bool = False
) -> frozenset[str]:
    """Return NLTK's stop words of a *language* that consist of letters; 153 in English.

    Raises:
        SourceUnavailable: the list is neither in the cache nor to be had.
    """
    folder = ensure(stop_words_of(language), cache, progress=progress)
    return frozenset((folder / STOP_WORDS_FILE.format(language)).read_text("utf-8").split())


@functools.cache
def _load(folder: Path) -> WordNet:
    # Here, not above: importing NLTK takes seconds, and stop words do not need it.
    from addsup.train.data.nltk_nouns import EnglishReader, Lemmatizer

    reader = EnglishReader(folder)
    return WordNet(reader.nouns(), reader.noun_exceptions(), Lemmatizer(reader).lemmatize)
