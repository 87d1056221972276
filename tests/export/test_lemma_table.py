"""The compiled table against NLTK's lemmatiser, over all of WordNet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import ascii_lowercase

import pytest

from addsup.export.graph.lemma_table import compile_lemmas
from addsup.inference.analyzer import table_lookup
from addsup.train.artifact import TrainedModel
from addsup.train.data.labelled import LabelledText
from addsup.train.data.wordnet import WordNet

PLURALS = [
    *(("", "s"), ("", "es"), ("y", "ies"), ("man", "men"), ("f", "ves"), ("fe", "ves")),
    *(("s", "ses"), ("x", "xes"), ("z", "zes"), ("ch", "ches"), ("sh", "shes"), ("is", "es")),
    *(("us", "i"), ("um", "a"), ("a", "ae"), ("on", "a"), ("", "ss"), ("", "ness")),
]


@pytest.fixture(scope="module")
def word_forms(wordnet: WordNet, sentences: LabelledText) -> set[str]:
    """Every noun of WordNet, its plurals, every irregular form, every word of the data set."""
    nouns = {noun for noun in wordnet.nouns if noun.isascii() and noun.isalpha()}
    plurals = {
        noun.removesuffix(ending) + plural
        for noun in nouns
        for ending, plural in PLURALS
        if noun.endswith(ending)
    }
    typed = {word for text in sentences.texts for word in text.lower().split() if word.isalpha()}
    irregular = {word for word in wordnet.exceptions if word.isalpha()}
    return nouns | plurals | irregular | {word for word in typed if word.isascii()}


def disagreements(
    words: Iterable[str], known: set[str], table: Callable[[str], str], nltk: Callable[[str], str]
) -> list[str]:
    """Words for which the model would count other terms than in training."""
    return [word for word in words if {table(word)} & known != {nltk(word)} & known]


@pytest.mark.slow
def test_compiled_table_agrees_with_nltk_on_every_word_form_of_wordnet(
    trained: TrainedModel, wordnet: WordNet, word_forms: set[str]
) -> None:
    vocabulary = trained.vocabulary
    table = compile_lemmas(vocabulary, trained.irregular, wordnet.lemmatize)

    missed = disagreements(word_forms, set(vocabulary), table_lookup(table), wordnet.lemmatize)

    assert len(word_forms) > 200_000
    assert missed == []


def test_a_vocabulary_word_that_is_not_its_own_lemma_is_in_the_table(wordnet: WordNet) -> None:
    vocabulary = ["ass", "film"]  # "asses" is lemmatised to "ass", but "ass" to "as"

    table = compile_lemmas(vocabulary, wordnet.exceptions, wordnet.lemmatize)

    assert table["ass"] == "as"
    assert table["asses"] == "ass"


def test_words_the_model_cannot_know_are_left_out(wordnet: WordNet) -> None:
    table = compile_lemmas(["film"], wordnet.exceptions, wordnet.lemmatize)

    assert table == {"films": "film"}


def test_terms_of_several_words_count_as_their_words(wordnet: WordNet) -> None:
    table = compile_lemmas(["good film"], wordnet.exceptions, wordnet.lemmatize)

    assert {word: table[word] for word in table if len(table[word]) > 1} == {
        "films": "film",
        "goods": "good",
    }


@pytest.mark.slow
def test_terms_of_two_words_are_next_to_each_other_where_they_are_in_training(
    wordnet: WordNet, word_forms: set[str]
) -> None:
    """Words of one letter are dropped, on both sides: "made us feel" holds "made feel"."""
    known = {"made", "feel"}
    table = compile_lemmas(["made feel"], wordnet.exceptions, wordnet.lemmatize)
    two_letters = {a + b for a in ascii_lowercase for b in ascii_lowercase}

    def kept(lemma: str) -> str | bool:
        return lemma if lemma in known else len(lemma) > 1

    lookup = table_lookup(table)
    words = word_forms | two_letters | set(ascii_lowercase)
    wrong = [word for word in words if kept(lookup(word)) != kept(wordnet.lemmatize(word))]
    assert table["us"] == "u"
    assert wrong == []
