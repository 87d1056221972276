"""What is fitted, calibrated and measured in passes is what would be in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline

from addsup.train.calibration import Calibrated, Calibration
from addsup.train.classifiers import KINDS, SUMMABLE
from addsup.train.hyperparameters import TRANSFORMS, NgramRange, Setting
from addsup.train.out_of_core import fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.fitting import choose_strength, held_out_figures
from addsup.train.out_of_core.parts import Part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from addsup.train.out_of_core.weighing import HeldRows, Weighed, Weighing
from addsup.train.sparse_gaussian_nb import Moments
from tests.train.out_of_core.conftest import Row

LABELS = ("bad", "good", "so-so")


def fitted_in_passes(setting: Setting, reading: Reading, parts: list[Part]) -> Pipeline:
    counts = reduce(
        TermCounts.merged, map(Counting(reading, setting.ngram_range).count_part, parts)
    )
    weighted = fitting.fitted_weighting(setting, counts.commonest(setting.max_features or 10_000))
    presence = KINDS[setting.classifier].presence
    weighing = Weighing(reading, weighted, LABELS, presence)
    found = reduce(Weighed.merged, map(weighing.weigh_part, parts))
    classifier = fitting.fitted_classifier(setting, found.moments, LABELS)
    return Pipeline(
        [*weighted.steps, ("classifier", Calibrated.around(classifier, Calibration(0.5)))]
    )


def parameters(classifier: Any) -> dict[str, Any]:
    """What scikit-learn has fitted."""
    return {
        name: value
        for name, value in vars(classifier).items()
        if name.endswith("_") and not name.startswith("_")
    }


@pytest.mark.parametrize("classifier", SUMMABLE)
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
    expected = setting.pipeline(Calibration(0.5)).fit(texts, labels)

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


def rows(count: int, seed: int) -> HeldRows:
    """Counts of terms, the first of which are commoner in texts of the first label, and so on."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % 2
    chance = np.full((2, 12), 0.3)
    chance[np.arange(2), np.arange(2)] = 1.5
    X = sparse.csr_matrix(random.poisson(chance[truth]).astype(float))
    return HeldRows(X, truth, random.random(count))


LEARNT = rows(400, seed=1)
MOMENTS = Moments.of(LEARNT.X, LEARNT.truth, 2)


def test_strength_of_least_loss_is_taken_and_the_default_without_tuning() -> None:
    held = rows(300, seed=2)

    setting, fitted = choose_strength(SETTING, MOMENTS, TWO_LABELS, held, "log-loss")
    given, _ = choose_strength(
        replace(SETTING, strength=1.0), MOMENTS, TWO_LABELS, held, "log-loss"
    )

    assert setting.strength in KINDS["multinomial"].values
    assert isinstance(fitted.classifier_, MultinomialNB)
    assert fitted.classifier_.alpha == setting.strength
    assert fitted.calibration != Calibration()
    assert given.value == 1.0


def test_figures_are_of_every_row_in_ten_parts() -> None:
    _, fitted = choose_strength(SETTING, MOMENTS, TWO_LABELS, rows(300, seed=2), "log-loss")
    asked = rows(200, seed=3)

    measured, folds = held_out_figures(fitted, asked, (400, 300), TWO_LABELS, 0)

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
    fitted = Calibrated.around(
        fitting.fitted_classifier(SETTING, MOMENTS, TWO_LABELS), Calibration()
    )

    measured, folds = held_out_figures(fitted, asked, (400, 300), TWO_LABELS, 0)

    assert (folds, measured.accuracy) == ([], None)
    assert measured.held_out is not None
