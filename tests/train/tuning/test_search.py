"""The best setting is chosen on the rows given, and on no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import cross_val_predict

from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import INNER_FOLDS, folds
from addsup.train.hyperparameters import Setting, untuned, vectorisers
from addsup.train.tuning.search import Tried, choose, count_parts, unseen_scores
from addsup.train.tuning.trainer import Fitted, Recipe

random = np.random.default_rng(0)
GOOD, BAD = "fine great lovely charming", "awful dull dreadful boring"
#: Few, for the tests: 1 and 2 words, with and without negations.
SETTINGS = tuple(
    each
    for each in vectorisers("multinomial")
    if each.transform == "none" and each.max_features is None and each.stop_words != "none"
)


def made_up(number: int = 120) -> Corpus:
    """Texts whose labels follow from their words, but not always."""
    labels = ["good" if n % 2 else "bad" for n in range(number)]
    words = [(GOOD if (label == "good") == (random.random() < 0.9) else BAD) for label in labels]
    texts = [f"{' '.join(random.choice(each.split(), 3))} film{n}" for n, each in enumerate(words)]
    return Corpus.of({"all": texts, "all but negations": texts}, labels)


def tried(losses: list[float], **setting: object) -> Tried:
    return Tried(replace(Setting(), **setting), Calibration(), np.array(losses), 0.5)  # type: ignore[arg-type]


def test_the_least_loss_wins() -> None:
    best = tried([0.1, 0.2, 0.3], strength=2.0)

    assert choose([tried([0.4, 0.5, 0.6]), best, tried([0.2, 0.3, 0.5])]) is best


def test_terms_of_two_words_must_be_better_by_more_than_a_standard_error() -> None:
    one = tried([0.30, 0.20, 0.40, 0.31], ngram_range=(1, 1))

    assert choose([tried([0.29, 0.22, 0.38, 0.30], ngram_range=(1, 2)), one]) is one
    assert choose([better := tried([0.1, 0.0, 0.2, 0.1], ngram_range=(1, 2)), one]) is better


def test_of_losses_that_differ_by_rounding_the_first_wins() -> None:
    first = tried([0.1, 0.2, 0.3], strength=1.0)
    other = tried([0.1, 0.2, 0.3 - 1e-9], strength=2.0)

    assert choose([first, other]) is first
    assert choose([other, first]) is other


def test_the_metric_that_is_asked_for_ranks() -> None:
    truth, scores = np.array([0, 1, 0, 1]), np.array([[1.0, 0], [0, 1], [0, 1], [0, 1]])

    found = Tried.of(Setting(), scores, np.array([1, 2, 3, 0]), truth, "accuracy")

    assert found.losses.tolist() == [0, 0, 1, 0]
    assert found.accuracy == 0.5, "a text without known terms gets no label"


@pytest.mark.parametrize("classifier", KINDS)
def test_scores_of_unseen_rows_are_scikit_learns(classifier: str) -> None:
    corpus, kind = made_up(), KINDS[classifier]
    setting = Setting(classifier, transform="sublinear", ngram_range=(1, 2))
    rows = np.arange(len(corpus))
    parts = list(folds(corpus, rows, INNER_FOLDS, seed=0))
    whole = replace(setting, strength=kind.values[1]).pipeline()

    cut_up = count_parts(corpus, rows, [("all", (1, 2), False)], seed=0)
    ours = unseen_scores(corpus, rows, setting, cut_up).scores[1]

    method = "decision_function" if "svm" in classifier else "predict_log_proba"
    theirs = cross_val_predict(whole, corpus.texts["all"], corpus.labels, cv=parts, method=method)
    log_odds = theirs[:, 1] - theirs[:, 0] if theirs.ndim == 2 else theirs
    # Iterations that begin elsewhere end within the solver's tolerance.
    rtol, atol = (1e-2, 1e-2) if classifier == "logistic" else (1e-6, 1e-9)
    np.testing.assert_allclose(ours[:, 1] - ours[:, 0], log_odds, rtol=rtol, atol=atol)


def test_the_search_reads_no_row_but_those_given() -> None:
    corpus, rows = made_up(), np.arange(0, 100)
    other = [text if row < 100 else "spoilt" for row, text in enumerate(corpus.texts["all"])]
    spoilt = Corpus.of({"all": other, "all but negations": other}, corpus.labels.tolist())

    ours, theirs = (Recipe(SETTINGS, seed=1).fit(each, rows) for each in (corpus, spoilt))

    assert ours.setting == theirs.setting
    assert ours.calibration == theirs.calibration
    assert "spoilt" not in theirs.pipeline["tfidf"].vocabulary_


def test_negations_are_kept_where_they_help() -> None:
    texts = [f"{'not ' * (n % 2)}good film{n % 7}" for n in range(80)]
    bare = [text.replace("not ", "") for text in texts]
    corpus = Corpus.of(
        {"all": bare, "all but negations": texts}, ["no" if n % 2 else "yes" for n in range(80)]
    )

    chosen = Recipe(SETTINGS).fit(corpus, np.arange(80))

    assert chosen.setting.stop_words == "all but negations"


TEXTS = ["good film", "fine film", "good story", "bad film", "dull film", "bad story"] * 6
LABELS = ["up", "up", "up", "down", "down", "down"] * 6
CORPUS = Corpus.of({"all": TEXTS, "all but negations": TEXTS}, LABELS)
ROWS = np.arange(len(TEXTS))


def test_the_article_s_settings_are_neither_tuned_nor_calibrated() -> None:
    fitted = Fitted.plain(CORPUS, ROWS)

    assert fitted.setting == Setting()
    assert fitted.pipeline.predict(["good story", "bad film"]).tolist() == ["up", "down"]


@pytest.mark.parametrize("settings", [SETTINGS, (untuned("multinomial", "all"),)])
def test_a_recipe_gives_probabilities_of_every_label_from_its_rows_alone(
    settings: tuple[Setting, ...],
) -> None:
    half, recipe = ROWS[:18], Recipe(settings)

    fold = recipe.fit(CORPUS, half).predict_fold(CORPUS, half, ROWS)

    assert fold.probabilities.shape == (36, 2)
    assert fold.known is not None and fold.known.tolist() == [2] * 36
    assert fold.probabilities.sum(axis=1) == pytest.approx(1)
    assert (fold.predicted == CORPUS.truth).mean() > 0.9
    again = recipe.fit(CORPUS, half).predict_fold(CORPUS, half, ROWS)
    assert np.array_equal(fold.probabilities, again.probabilities)
