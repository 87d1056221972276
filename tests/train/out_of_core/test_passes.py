"""Passes over parts find what one look at all rows would."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from addsup.train.errors import BadOption
from addsup.train.hyperparameters import NgramRange, Setting
from addsup.train.out_of_core import cleaned, fitting, vocabulary
from addsup.train.out_of_core import survey as module
from addsup.train.out_of_core.cleaned import Reading, select_rows
from addsup.train.out_of_core.parts import Part, parts_of, position_of
from addsup.train.out_of_core.survey import Survey, survey_part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from addsup.train.out_of_core.weighing import Weighed, Weighing
from addsup.train.sparse_gaussian_nb import Moments
from addsup.train.term_counts import count_terms, word_usage
from tests.train.out_of_core.conftest import NORMALISER, ROWS_OF, SHARE, Row, write


def test_texts_come_normalised_with_their_labels_and_places(
    reading: Reading, parts: list[Part], rows: list[Row]
) -> None:
    found = [each for part in parts for each in reading.cleaned(part)]

    assert [text for each in found for text in each.texts] == [
        NORMALISER.normalise(text) for text, _ in rows
    ]
    assert [label for each in found for label in each.labels] == [label for _, label in rows]
    assert [at for each in found for at in each.positions] == [
        position_of(text) for text, _ in rows
    ]


def test_rows_are_chosen_by_their_place(reading: Reading, parts: list[Part]) -> None:
    (found,) = reading.cleaned(parts[0])

    below, rest = found.within(0.0, 0.1), found.within(0.1)

    assert len(below) + len(rest) == len(found.texts)
    assert all(found.positions[row] < 0.1 for row in below)
    assert select_rows(found.texts, below) == [found.texts[row] for row in below]


def surveyed(parts: list[Part]) -> Survey:
    return reduce(Survey.merged, (survey_part(ROWS_OF, part) for part in parts))


def test_labels_are_counted_over_all_parts(parts: list[Part]) -> None:
    found = surveyed(parts)

    assert found.labels == {"bad": 200, "good": 200, "so-so": 200}
    assert found.rows == 600
    assert found.classes == ("bad", "good", "so-so")


def test_sample_is_what_falls_on_the_greatest_places(
    parts: list[Part], rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 50)

    found = surveyed(parts)

    greatest = sorted(rows, key=lambda row: position_of(row[0]), reverse=True)[:50]
    assert [(row.text, row.label) for row in found.sample] == greatest


def test_digest_is_of_the_rows_in_their_order(parts: list[Part]) -> None:
    assert surveyed(parts).sha256 == surveyed(parts).sha256
    assert surveyed(parts).sha256 != surveyed(parts[::-1]).sha256


def test_a_tenth_is_tested_with_but_no_more_than_enough(
    parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = surveyed(parts)
    assert found.share == 0.1

    monkeypatch.setattr(module, "ENOUGH", 6)
    assert found.share == 0.01


def counted(counting: Counting, parts: list[Part]) -> TermCounts:
    return reduce(TermCounts.merged, map(counting.count_part, parts))


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
    one, two = counting.count_part(parts[0]), counting.count_part(parts[1])
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


def test_texts_without_words_count_as_texts(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [("!", "good"), ("?", "bad")])
    reading = Reading(ROWS_OF, 0.0, NORMALISER)

    found = counted(Counting(reading, (1, 1)), parts_of(str(tmp_path)))

    assert (found.terms, found.total) == ({}, 2)


@pytest.fixture
def matrix() -> tuple[sparse.csr_matrix, np.ndarray]:
    random = np.random.default_rng(0)
    X = sparse.random(90, 20, density=0.2, random_state=random, format="csr")
    return X, random.integers(3, size=90)


def test_moments_of_parts_are_those_of_the_whole(
    matrix: tuple[sparse.csr_matrix, np.ndarray],
) -> None:
    X, truth = matrix
    pieces = [(X[i : i + 7], truth[i : i + 7]) for i in range(0, 90, 7)]

    found = reduce(Moments.merged, (Moments.of(*piece, 3) for piece in pieces))

    expected = Moments.of(X, truth, 3)
    for name in ("mean", "variance", "greatest", "prior"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-15)


def test_label_that_a_part_lacks_adds_nothing(
    matrix: tuple[sparse.csr_matrix, np.ndarray],
) -> None:
    X, truth = matrix
    one, none = Moments.of(X, truth, 3), Moments.of(X[:0], truth[:0], 3)

    for both in (one.merged(none), none.merged(one)):
        np.testing.assert_array_equal(both.mean, one.mean)
        np.testing.assert_array_equal(both.squares, one.squares)


def test_held_out_rows_are_kept_weighed_and_the_others_added_up(
    reading: Reading, parts: list[Part], rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaned, "ENOUGH", 40)
    setting = Setting()
    counts = reduce(TermCounts.merged, map(Counting(reading, (1, 1)).count_part, parts))
    weighted = fitting.fitted_weighting(setting, counts.commonest(100))
    weighing = Weighing(reading, weighted, ("bad", "good", "so-so"), presence=False)

    found = reduce(Weighed.merged, map(weighing.weigh_part, parts))

    places = np.array([position_of(text) for text, _ in rows])
    labels = np.array([label for _, label in rows])
    assert found.moments.rows.sum() == (places >= 2 * SHARE).sum()
    for held, least in ((found.held.within(0, SHARE), 0.0), (found.held.within(SHARE, 1), SHARE)):
        mine = (places >= least) & (places < least + SHARE)
        np.testing.assert_array_equal(held.positions, places[mine])
        np.testing.assert_array_equal(np.array(["bad", "good", "so-so"])[held.truth], labels[mine])
        assert held.X.shape == (mine.sum(), 100)
        texts = [
            reading.normaliser.normalise(text) for (text, _), m in zip(rows, mine, strict=True) if m
        ]
        assert abs(held.X - weighted.transform(texts)).max() == 0
