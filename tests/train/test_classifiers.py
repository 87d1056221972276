"""Classifiers, settings and counts are scikit-learn's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import GaussianNB

from addsup.train import sparse_gaussian_nb as bayes
from addsup.train.calibration import Calibration, log_scores
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting, vectorisers
from addsup.train.sparse_gaussian_nb import SparseGaussianNB, scores_by_smoothing
from addsup.train.term_counts import count_terms, counting, cut_fold

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


@pytest.mark.parametrize("classifier", KINDS)
def test_a_setting_survives_being_written_into_a_model_file(classifier: str) -> None:
    setting = Setting(
        classifier, 0.3, stop_words="all but negations", ngram_range=(1, 2), max_features=None
    )
    calibration = Calibration(0.5, -0.3)

    written = json.loads(json.dumps(setting.parameters(calibration)))

    assert written[KINDS[classifier].parameter] == 0.3
    assert written["ngram_range"] == [1, 2]
    assert written["calibration_intercept"] == -0.3


def test_without_a_value_the_kind_s_default_is_taken() -> None:
    assert Setting("logistic").value == KINDS["logistic"].default
    assert Setting("logistic", 3.0).value == 3.0


def test_tuning_tries_every_way_to_clean_and_weigh() -> None:
    tried = vectorisers("svm")

    assert len(set(tried)) == 36
    assert len(set(vectorisers("bernoulli"))) == 12, "weights mean nothing to it"
    assert {each.classifier for each in tried} == {"svm"}


def test_the_vectoriser_only_splits_what_has_been_normalised() -> None:
    vectoriser = Setting(ngram_range=(1, 2)).vectoriser().fit(["good film", "bad film"])

    assert list(vectoriser.get_feature_names_out()) == [
        "bad",
        "bad film",
        "film",
        "good",
        "good film",
    ]


RANDOM = np.random.default_rng(0)
WORDS = [f"word{n}" for n in range(60)]
TEXTS = np.array([" ".join(RANDOM.choice(WORDS, 6)) for _ in range(80)] + [""], dtype=object)
FITTED, TESTED = np.arange(0, 70, 2), np.arange(40, 81)


@pytest.mark.parametrize("most", [None, 7, 10_000])
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
def test_a_fold_is_counted_as_by_a_vectoriser_that_was_fitted_on_it(
    ngram_range: tuple[int, int], most: int | None
) -> None:
    theirs = CountVectorizer(max_features=most, **counting(ngram_range)).fit(TEXTS[FITTED])

    found = cut_fold(
        count_terms(TEXTS.tolist(), ngram_range), FITTED, TESTED, np.arange(81)
    ).commonest(most)

    assert (found.fitted != theirs.transform(TEXTS[FITTED])).nnz == 0
    assert (found.tested != theirs.transform(TEXTS[TESTED])).nnz == 0
    assert found.truth.tolist() == FITTED.tolist()


def test_texts_without_terms_have_no_columns() -> None:
    assert count_terms(["", "a"], (1, 1)).shape == (2, 0)
