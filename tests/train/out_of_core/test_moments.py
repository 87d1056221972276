from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from addsup.train.hyperparameters import Setting
from addsup.train.out_of_core import cleaned, fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.moments import Found, Sums, Weighing
from addsup.train.out_of_core.parts import Part, place
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from addsup.train.sparse_gaussian_nb import Moments
from scipy import sparse

from tests.train.out_of_core.conftest import SHARE, Row


@pytest.fixture
def matrix() -> tuple[sparse.csr_matrix, np.ndarray]:
    random = np.random.default_rng(0)
    X = sparse.random(90, 20, density=0.2, random_state=random, format="csr")
    return X, random.integers(3, size=90)


def test_sums_of_parts_are_the_moments_of_the_whole(
    matrix: tuple[sparse.csr_matrix, np.ndarray],
) -> None:
    X, truth = matrix
    pieces = [(X[i : i + 7], truth[i : i + 7]) for i in range(0, 90, 7)]

    found = reduce(Sums.merged, (Sums.of(*piece, 3) for piece in pieces)).moments()

    expected = Moments.of(X, truth)
    for name in ("mean", "variance", "greatest", "prior"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-15)


def test_label_that_a_part_lacks_adds_nothing(
    matrix: tuple[sparse.csr_matrix, np.ndarray],
) -> None:
    X, truth = matrix
    one, none = Sums.of(X, truth, 3), Sums.of(X[:0], truth[:0], 3)

    for both in (one.merged(none), none.merged(one)):
        np.testing.assert_array_equal(both.mean, one.mean)
        np.testing.assert_array_equal(both.squares, one.squares)


def test_held_out_rows_are_kept_weighed_and_the_others_added_up(
    reading: Reading, parts: list[Part], rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaned, "ENOUGH", 40)
    setting = Setting()
    counts = reduce(TermCounts.merged, map(Counting(reading, (1, 1)).of, parts))
    weighted = fitting.weighting(setting, counts.commonest(100))
    weighing = Weighing(reading, weighted, ("bad", "good", "so-so"), presence=False)

    found = reduce(Found.merged, map(weighing.of, parts))

    places = np.array([place(text) for text, _ in rows])
    labels = np.array([label for _, label in rows])
    assert found.sums.rows.sum() == (places >= 2 * SHARE).sum()
    for held, least in ((found.test, 0.0), (found.calibration, SHARE)):
        mine = (places >= least) & (places < least + SHARE)
        np.testing.assert_array_equal(held.places, places[mine])
        np.testing.assert_array_equal(np.array(["bad", "good", "so-so"])[held.truth], labels[mine])
        assert held.X.shape == (mine.sum(), 100)
        texts = [
            reading.normaliser.normalise(text) for (text, _), m in zip(rows, mine, strict=True) if m
        ]
        assert abs(held.X - weighted.transform(texts)).max() == 0
