"""The same texts whatever cleans them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from server.inference.analyzer import Normaliser
from train.clean import CHARACTERS_THAT_PAY, Remembered, clean, worthwhile
from train.data.dataset import imdb_sentences
from train.wordnet import noun_lemmatizer, stop_words


@pytest.fixture(scope="module")
def lemma(data_cache: Path) -> Callable[[str], str]:
    return noun_lemmatizer(data_cache)


@pytest.mark.parametrize("processes", [1, 2])
def test_texts_are_cleaned_as_one_by_one_and_in_order(
    processes: int, lemma: Callable[[str], str], data_cache: Path
) -> None:
    texts = imdb_sentences(data_cache).texts
    plain = Normaliser(stop_words(data_cache), lemma)
    remembering = Normaliser(plain.stop_words, Remembered(lemma).__getitem__)

    cleaned = list(clean(texts, remembering, processes))

    assert cleaned == [plain.normalise(text) for text in texts]


def test_several_processes_pay_for_much_text_on_many_cores_only() -> None:
    much = ["x" * CHARACTERS_THAT_PAY]

    assert worthwhile(much, cores=4) == 4
    assert worthwhile(much, cores=64) == 8
    assert worthwhile(much, cores=2) == 1
    assert worthwhile(["short"], cores=64) == 1
