"""Classifiers that can be trained."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.calibration import log_scores
from addsup.train.classifiers import KINDS
from scipy.sparse import csr_matrix

CHANCE = np.random.default_rng(0)
X = csr_matrix(CHANCE.random((40, 6)) * (CHANCE.random((40, 6)) > 0.5))
Y = np.array(["a", "b", "c", "a"] * 10)


@pytest.mark.parametrize("name", KINDS)
def test_scores_of_several_values_are_those_of_separate_fits(name: str) -> None:
    kind = KINDS[name]
    values = kind.values[:3]

    found = kind.scores(X, Y, X, values)

    assert found.shape == (3, 40, 3)
    # Iterations that begin elsewhere end within the solver's tolerance, not at the same digits.
    most = 1e-2 if name == "logistic" else 1e-6
    for scores, value in zip(found, values, strict=True):
        assert scores == pytest.approx(log_scores(kind.make(value).fit(X, Y), X), abs=most)


@pytest.mark.parametrize("name", KINDS)
def test_the_default_is_made_with_scikit_learn_s_own_parameter(name: str) -> None:
    kind = KINDS[name]

    assert kind.make(kind.default).get_params()[kind.parameter] == kind.default
    assert kind.title
