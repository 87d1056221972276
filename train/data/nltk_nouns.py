"""NLTK's WordNet reader and lemmatiser, on files that `train.data.download` has verified.

The rules are NLTK's, unchanged; only what surrounds them differs. NLTK would look for the files
in `nltk.data.path` and refuse any that belong to another account (as on a bind mount): their
sha256 has been checked, which is stronger. It would also map every sense to Open Multilingual
WordNet, 4 s of work that no English lemma needs.

Importing this module imports NLTK, and with it scikit-learn and SciPy (some seconds).
"""

from __future__ import annotations

import io
from pathlib import Path

from nltk.corpus.reader.wordnet import NOUN, WordNetCorpusReader
from nltk.data import PathPointer
from nltk.stem import WordNetLemmatizer


class VerifiedPath(PathPointer):
    """A folder or file that NLTK may read without asking whose it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def join(self, fileid: str) -> VerifiedPath:
        """Point to a file below this folder."""
        return VerifiedPath(self._path / fileid)

    def open(self, encoding: str | None = None) -> io.StringIO:
        """Return the text, in memory: NLTK would leave a file open."""
        return io.StringIO(self._path.read_text(encoding or "utf-8"))

    def file_size(self) -> int:
        """Return the size in bytes."""
        return self._path.stat().st_size


class EnglishReader(WordNetCorpusReader):
    """NLTK's reader without other languages."""

    def __init__(self, folder: Path) -> None:
        no_other_languages = object()  # None would make NLTK warn
        super().__init__(VerifiedPath(folder), no_other_languages)

    def open(self, file: str) -> io.StringIO:
        """Open one of WordNet's files."""
        stream: io.StringIO = self._root.join(file).open(self._ENCODING)
        return stream

    def map_wn(self, version: str = "wordnet") -> None:
        """Skip the map between WordNet versions; it serves other languages."""

    def nouns(self) -> frozenset[str]:
        """Return all noun lemmas; words of a compound are joined by `_`."""
        return frozenset(self.all_lemma_names(NOUN))

    def noun_exceptions(self) -> dict[str, tuple[str, ...]]:
        """Return the irregular forms and their lemmas, as in `noun.exc`."""
        return {form: tuple(lemmas) for form, lemmas in self._exception_map[NOUN].items()}


class Lemmatizer(WordNetLemmatizer):
    """NLTK's lemmatiser, asking the given reader instead of `nltk.corpus.wordnet`."""

    def __init__(self, reader: EnglishReader) -> None:
        self._reader = reader

    def _morphy(self, form: str, pos: str, check_exceptions: bool = True) -> list[str]:
        lemmas: list[str] = self._reader._morphy(form, pos, check_exceptions)
        return lemmas
