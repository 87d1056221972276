"""Our naive Bayes on sparse input against scikit-learn's on dense."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train import sparse_gaussian_nb as bayes
from addsup.train.sparse_gaussian_nb import SparseGaussianNB, scores_by_smoothing
from scipy import sparse
from sklearn.naive_bayes import GaussianNB


def random_tfidf(rows: int, seed: int = 0) -> tuple[sparse.csr_array, np.ndarray]:
    random = np.random.default_rng(seed)
    X = sparse.random_array((rows, 50), density=0.1, rng=random, format="csr")
    return X, random.choice(["bad", "fair", "good"], rows)


@pytest.mark.parametrize("var_smoothing", [1e-9, 1.0])
@pytest.mark.parametrize("rows_a_batch", [7, 4096])
def test_parameters_are_those_of_scikit_learn_whatever_the_batches(
    var_smoothing: float, rows_a_batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = random_tfidf(300)
    monkeypatch.setattr(bayes, "ROWS_A_BATCH", rows_a_batch)

    ours = SparseGaussianNB(var_smoothing=var_smoothing).fit(X, y)
    theirs = GaussianNB(var_smoothing=var_smoothing).fit(X.toarray(), y)

    np.testing.assert_allclose(ours.theta_, theirs.theta_, rtol=1e-12)
    np.testing.assert_allclose(ours.var_, theirs.var_, rtol=1e-9)
    np.testing.assert_array_equal(ours.class_prior_, theirs.class_prior_)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


def test_scores_are_those_of_scikit_learn_also_across_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    X, y = random_tfidf(203)
    monkeypatch.setattr(bayes, "NUMBERS_AT_ONCE", 100 * X.shape[1])

    ours = SparseGaussianNB(var_smoothing=0.5).fit(X, y)
    theirs = GaussianNB(var_smoothing=0.5).fit(X.toarray(), y)

    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X.toarray()))
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X.toarray()), rtol=1e-9, atol=1e-12
    )


def test_scores_for_choosing_are_those_of_scikit_learn_for_each_smoothing() -> None:
    X, y = random_tfidf(300)
    tested, _ = random_tfidf(20, seed=1)
    values = (1e-3, 0.1, 3.0)

    ours = scores_by_smoothing(X, y, tested, values)

    for scores, value in zip(ours, values, strict=True):
        theirs = GaussianNB(var_smoothing=value).fit(X.toarray(), y)
        expected = theirs.predict_joint_log_proba(tested.toarray())
        np.testing.assert_allclose(scores, expected, rtol=1e-9)


def test_duplicate_entries_of_a_matrix_are_added_up_first() -> None:
    split = sparse.csr_array(([0.5, 0.5, 1.0], [0, 0, 1], [0, 2, 3]), shape=(2, 2))

    ours = SparseGaussianNB().fit(split, ["a", "b"])

    np.testing.assert_array_equal(ours.theta_, [[1.0, 0.0], [0.0, 1.0]])


def test_one_label_alone_is_refused() -> None:
    X, _ = random_tfidf(10)

    with pytest.raises(ValueError, match="at least two labels"):
        SparseGaussianNB().fit(X, ["good"] * 10)


def test_sample_weights_are_refused() -> None:
    X, y = random_tfidf(10)

    with pytest.raises(ValueError, match="no sample weights"):
        SparseGaussianNB().fit(X, y, sample_weight=np.ones(10))
