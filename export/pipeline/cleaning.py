"""Cleaning outside the pipeline: a function of texts, kept as a finite table word -> term.

A model file holds no code. But most functions that clean texts do something to each word: then it
is enough to know the words as typed, and what becomes of each. Words that are in none of the texts
given, nor in the vocabulary, are unknown to the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from addsup.export.pipeline.description import NotConvertible
from addsup.inference.analyzer import Normaliser, tokenizer
from addsup.inference.analyzer_settings import Analyzer

Clean = Callable[[str], str]

#: Ways to find the words of a text as typed, tried after the vectoriser's own.
PATTERNS: Final = ("[a-zA-Z]+", r"\w+", r"[\w'\u2019]+", r"\S+")
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Cleaned(Normaliser):
    """A normaliser that asks the function, as the notebook does."""

    function: Clean = str

    def normalise(self, text: str) -> str:
        return called(self.function, text)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What a function makes of words.

    Attributes:
        analyzer: how the words of a text as typed are found.
        stop_words: those of which nothing is left.
        lemmas: word -> term, for words that are not their own term.
    """

    analyzer: Analyzer
    stop_words: frozenset[str]
    lemmas: dict[str, str]


def called(clean: Clean, text: str) -> str:
    """*text* cleaned.

    Raises:
        NotConvertible: the function fails, or gives no text.
    """
    try:
        found = clean(text)
    except Exception as error:  # somebody else's function
        raise NotConvertible(f"clean fails on the text {text[:SHOWN]!r}: {error!r}") from error
    if not isinstance(found, str):
        raise NotConvertible(f"clean({text[:SHOWN]!r}) is {type(found).__name__}, not str")
    return found


def read_cleaning(
    clean: Clean, vectoriser: Any, texts: Sequence[str], more: Iterable[str]
) -> Cleaning:
    """The table that does to *texts* what *clean* and then the *vectoriser* do.

    Args:
        clean: text as typed -> the text that the vectoriser was fitted on.
        vectoriser: fitted; its terms are of words.
        texts: as typed; the table is held against each.
        more: texts whose words are in the table, too.

    Raises:
        NotConvertible: no table does. Names the first text that shows it.
    """
    if getattr(vectoriser, "analyzer", "") != "word":
        raise NotConvertible('clean= wants a vectoriser with analyzer="word", which counts words')
    tokens = _tokenizer(vectoriser)
    expected = [tokens(called(clean, text)) for text in texts]
    vocabulary = {
        word for term in vectoriser.get_feature_names_out().tolist() for word in term.split(" ")
    }
    longest = -1
    for analyzer in _analyzers(vectoriser):
        find = tokenizer(analyzer).tokens
        found = set(chain.from_iterable(map(find, chain(texts, more)))) | vocabulary
        if not analyzer.lowercase:
            found |= {
                change(word) for word in found for change in (str.lower, str.upper, str.title)
            }
        terms = {word: " ".join(tokens(called(clean, word))) for word in found}
        wrong = _first_wrong(expected, (list(filter(None, map(terms.get, find(t)))) for t in texts))
        if wrong is None:
            return Cleaning(
                analyzer=analyzer,
                stop_words=frozenset(word for word, term in terms.items() if not term),
                lemmas={
                    word: term
                    for word, term in sorted(terms.items())
                    if term and word != term and not vocabulary.isdisjoint((word, term))
                },
            )
        longest = max(longest, wrong)
    raise NotConvertible(
        "clean cannot be held as a table of words: what it makes of a word hangs on the text "
        f"around it; the first text that shows it is {texts[longest][:SHOWN]!r}. Let it treat each "
        "word alone, and fit again"
    )


def _tokenizer(vectoriser: Any) -> Callable[[str], list[str]]:
    """What finds the tokens of a cleaned text, before terms of several words are made."""
    stop_words = frozenset(vectoriser.get_stop_words() or ())
    preprocess, tokenize = vectoriser.build_preprocessor(), vectoriser.build_tokenizer()
    return lambda text: [each for each in tokenize(preprocess(text)) if each not in stop_words]


def _analyzers(vectoriser: Any) -> Iterator[Analyzer]:
    own = vectoriser.token_pattern or PATTERNS[1]
    for pattern in (own, *PATTERNS):
        for lowercase in (True, False):
            yield Analyzer(token_pattern=pattern, lowercase=lowercase)


def _first_wrong(expected: Sequence[list[str]], found: Iterable[list[str]]) -> int | None:
    pairs = enumerate(zip(expected, found, strict=True))
    return next((number for number, (ours, theirs) in pairs if ours != theirs), None)
