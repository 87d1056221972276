from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from addsup.train.errors import BadOption
from addsup.train.hyperparameters import NgramRange, Setting
from addsup.train.out_of_core import vocabulary
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.parts import Part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from addsup.train.term_counts import count_terms, word_usage

from tests.train.out_of_core.conftest import Row


def counted(counting: Counting, parts: list[Part]) -> TermCounts:
    return reduce(TermCounts.merged, map(counting.of, parts))


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
@pytest.mark.parametrize("number", [7, 40, 83, 10_000])
def test_vocabulary_and_idf_are_those_of_scikit_learn(
    reading: Reading, parts: list[Part], fitted: list[Row], ngram_range: NgramRange, number: int
) -> None:
    setting = Setting(max_features=number, ngram_range=ngram_range)
    expected = setting.vectoriser().fit([text for text, _ in fitted])

    found = counted(Counting(reading, ngram_range), parts).commonest(number)

    assert found.terms == tuple(expected.get_feature_names_out())
    np.testing.assert_allclose(found.idf, expected.idf_, rtol=0, atol=1e-15)


def test_merging_changes_neither(reading: Reading, parts: list[Part]) -> None:
    counting = Counting(reading, (1, 1))
    one, two = counting.of(parts[0]), counting.of(parts[1])
    before = dict(one.terms), one.times.copy(), dict(two.terms), two.times.copy()

    both = one.merged(two)

    assert both.total == one.total + two.total
    assert (one.terms, two.terms) == (before[0], before[2])
    assert (one.times == before[1]).all()
    assert (two.times == before[3]).all()


def test_usage_of_words_is_that_of_texts_in_memory(
    reading: Reading, parts: list[Part], fitted: list[Row]
) -> None:
    expected = word_usage(count_terms([text for text, _ in fitted], (1, 1)))

    assert counted(Counting(reading, (1, 1)), parts).usage() == expected


def test_commonest_terms_are_certain_though_rare_ones_were_dropped(
    reading: Reading, parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(reading, (1, 2))
    everything = counted(counting, parts)
    monkeypatch.setattr(vocabulary, "MOST_TERMS", 1_000)

    found = counted(counting, parts)

    assert 0 < len(found.terms) <= 1_000 < len(everything.terms)
    assert found.most_lost > 0
    assert found.usage() is None
    lost = [
        everything.times[at] - (found.times[found.terms[term]] if term in found.terms else 0)
        for term, at in everything.terms.items()
    ]
    assert 0 <= min(lost) <= max(lost) <= found.most_lost
    again = counted(replace(counting, terms=found.candidates(60)), parts)
    assert again.commonest(60).terms == everything.commonest(60).terms
    np.testing.assert_array_equal(again.commonest(60).idf, everything.commonest(60).idf)


def test_terms_that_cannot_be_told_apart_are_refused(
    reading: Reading, parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "MOST_TERMS", 1_000)
    found = counted(Counting(reading, (1, 2)), parts)

    with pytest.raises(BadOption, match="Give a smaller --max-terms"):
        found.candidates(500)


def test_texts_without_words_count_as_texts(reading: Reading) -> None:
    counting = Counting(reading, (1, 1))

    found = counting._counted(["", " "])

    assert (found.terms, found.total) == ({}, 2)
