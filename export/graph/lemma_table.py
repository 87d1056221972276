"""Lemma table: WordNet's noun rule compiled into the small table that serving looks words up in.

Only two kinds of word matter: those whose lemma is in the vocabulary, and those in the vocabulary
that are not their own lemma ("ass" is one: its lemma is "as"). Terms of several words make a third:
words of one letter are dropped, so "us", whose lemma is "u", keeps no two words apart. NLTK's rule
looks one step back, the exception list or else one of nine suffixes, so all of them can be listed
without reading WordNet from end to end. Every other word may be taken for its own lemma: the model
does not know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from string import ascii_lowercase


def compile_lemmas(
    vocabulary: Iterable[str], irregular: Iterable[str], lemma: Callable[[str], str]
) -> dict[str, str]:
    """The table that gives the same known lemmas as *lemma* does, for every word there is.

    Args:
        vocabulary: the terms; a term of several words counts as those words.
        irregular: every word in WordNet's noun exception list.
        lemma: NLTK's lemmatiser for nouns.

    Returns:
        word -> lemma, sorted by word, for words that are not their own lemma.
    """
    terms = [term.split() for term in vocabulary]
    matter = {word for term in terms for word in term}
    if any(len(term) > 1 for term in terms):
        matter.update(ascii_lowercase)
    table = {}
    for word in {*matter, *irregular, *_one_step_back(matter)}:
        base = lemma(word) if _is_typed(word) else word
        if base != word and not matter.isdisjoint({word, base}):
            table[word] = base
    return dict(sorted(table.items()))


def _one_step_back(words: Iterable[str]) -> Iterator[str]:
    """Every form that a suffix rule could have turned into one of *words*."""
    from nltk.corpus.reader.wordnet import NOUN, WordNetCorpusReader  # here: it takes a second

    rules = WordNetCorpusReader.MORPHOLOGICAL_SUBSTITUTIONS[NOUN]
    for word in words:
        for suffix, replacement in rules:
            if word.endswith(replacement):
                yield word.removesuffix(replacement) + suffix


def _is_typed(word: str) -> bool:
    """Whether cleaning can produce *word*: exceptions such as "aides-de-camp" it cannot."""
    return word.isascii() and word.isalpha() and word.islower()
