"""What is fitted, calibrated and measured in passes is what would be in memory."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import TRANSFORMS, NgramRange, Setting
from addsup.train.out_of_core import fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.held_out import ChosenClassifier, choose_strength, held_out_figures
from addsup.train.out_of_core.moments import HeldRows, PassResult, Weighing
from addsup.train.out_of_core.parts import Part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from tests.train.out_of_core.conftest import Row

LABELS = ("bad", "good", "so-so")


def fitted_in_passes(setting: Setting, reading: Reading, parts: list[Part]) -> Pipeline:
    counts = reduce(
        TermCounts.merged, map(Counting(reading, setting.ngram_range).count_part, parts)
    )
    weighted = fitting.fitted_weighting(setting, counts.commonest(setting.max_features or 10_000))
    presence = KINDS[setting.classifier].presence
    found = reduce(
        PassResult.merged, map(Weighing(reading, weighted, LABELS, presence).weigh_part, parts)
    )
    classifier = fitting.fitted_classifier(setting, found.sums, LABELS)
    return fitting.calibrated_pipeline(weighted, classifier, Calibration(0.5, 0.0, 0.0))


def parameters(classifier: Any) -> dict[str, Any]:
    """What scikit-learn has fitted."""
    return {
        name: value
        for name, value in vars(classifier).items()
        if name.endswith("_") and not name.startswith("_")
    }


@pytest.mark.parametrize("classifier", fitting.ABLE)
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
def test_pipeline_is_the_one_that_is_fitted_in_memory_on_the_same_rows(
    reading: Reading,
    parts: list[Part],
    fitted: list[Row],
    classifier: str,
    transform: Any,
    ngram_range: NgramRange,
) -> None:
    setting = Setting(
        classifier, 0.3, transform=transform, max_features=90, ngram_range=ngram_range
    )
    texts, labels = zip(*fitted, strict=True)
    expected = setting.pipeline(Calibration(0.5, 0.0, 0.0)).fit(texts, labels)

    found = fitted_in_passes(setting, reading, parts)

    assert found.steps[0][1].vocabulary_ == expected.steps[0][1].vocabulary_
    one, two = (parameters(each[-1].classifier_) for each in (found, expected))
    assert one.keys() == two.keys()
    for name in one.keys() - {"classes_"}:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert found.classes_.tolist() == list(LABELS)
    np.testing.assert_allclose(
        found.predict_proba(texts[:100]), expected.predict_proba(texts[:100]), atol=1e-9
    )


SETTING = Setting("multinomial")
TWO_LABELS = ("bad", "good")


def rows(count: int, seed: int, labels: int = 2) -> HeldRows:
    """Counts of terms, the first of which are commoner in texts of the first label, and so on."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % labels
    chance = np.full((labels, 12), 0.3)
    chance[np.arange(labels), np.arange(labels)] = 1.5
    X = sparse.csr_matrix(random.poisson(chance[truth]).astype(float))
    return HeldRows(X, truth, random.random(count))


def fit(setting: Setting) -> Any:
    learnt = rows(400, seed=1)
    return (
        KINDS[setting.classifier]
        .make(setting.value)
        .fit(learnt.X, np.array(TWO_LABELS)[learnt.truth])
    )


def test_strength_of_least_loss_is_taken() -> None:
    found = choose_strength(SETTING, fit, rows(300, seed=2), "log-loss", tune=True)

    assert found.setting.strength in KINDS["multinomial"].values
    assert isinstance(found.classifier, MultinomialNB)
    assert found.classifier.alpha == found.setting.strength
    assert found.calibration != Calibration()


def test_strength_is_the_default_without_tuning() -> None:
    found = choose_strength(SETTING, fit, rows(300, seed=2), "log-loss", tune=False)

    assert found.setting.value == 1.0


def test_figures_are_of_every_row_in_ten_parts() -> None:
    found = choose_strength(SETTING, fit, rows(300, seed=2), "log-loss", tune=True)
    asked = rows(200, seed=3)

    measured, folds = held_out_figures(found, asked, (400, 300), TWO_LABELS, 0)

    assert len(folds) == 10
    assert sorted(row for fold in folds for row in fold.rows) == list(range(200))
    assert all(set(fold.truth) == {0, 1} for fold in folds)
    assert measured.held_out is not None
    right = measured.held_out.accuracy
    assert measured.accuracy
    assert measured.accuracy.mean == pytest.approx(right)
    assert 0.6 < right < 1
    assert "One fit on 400 texts, calibrated on 300 others, asked for 200" in measured.protocol


def test_label_with_one_text_leaves_intervals_out() -> None:
    asked = rows(40, seed=3)
    asked.truth[:] = 0
    asked.truth[0] = 1
    found = ChosenClassifier(SETTING, fit(SETTING), Calibration())

    measured, folds = held_out_figures(found, asked, (400, 300), TWO_LABELS, 0)

    assert (folds, measured.accuracy) == ([], None)
    assert measured.held_out is not None
