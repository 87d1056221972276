from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting
from addsup.train.out_of_core.held_out import Calibrated, calibrated, figures
from addsup.train.out_of_core.moments import Held
from scipy import sparse
from sklearn.naive_bayes import MultinomialNB

SETTING = Setting("multinomial")
LABELS = ("bad", "good")


def rows(count: int, seed: int, labels: int = 2) -> Held:
    """Counts of terms, the first of which are commoner in texts of the first label, and so on."""
    random = np.random.default_rng(seed)
    truth = np.arange(count) % labels
    chance = np.full((labels, 12), 0.3)
    chance[np.arange(labels), np.arange(labels)] = 1.5
    X = sparse.csr_matrix(random.poisson(chance[truth]).astype(float))
    return Held(X, truth, random.random(count))


def fit(setting: Setting) -> Any:
    learnt = rows(400, seed=1)
    return (
        KINDS[setting.classifier].make(setting.value).fit(learnt.X, np.array(LABELS)[learnt.truth])
    )


def test_strength_of_least_loss_is_taken() -> None:
    found = calibrated(SETTING, fit, rows(300, seed=2), "log-loss", tune=True)

    assert found.setting.strength in KINDS["multinomial"].values
    assert isinstance(found.classifier, MultinomialNB)
    assert found.classifier.alpha == found.setting.strength
    assert found.calibration != Calibration()


def test_strength_is_the_default_without_tuning() -> None:
    found = calibrated(SETTING, fit, rows(300, seed=2), "log-loss", tune=False)

    assert found.setting.value == 1.0


def test_figures_are_of_every_row_in_ten_parts() -> None:
    found = calibrated(SETTING, fit, rows(300, seed=2), "log-loss", tune=True)
    asked = rows(200, seed=3)

    measured, folds = figures(found, asked, (400, 300), LABELS, 0)

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
    found = Calibrated(SETTING, fit(SETTING), Calibration())

    measured, folds = figures(found, asked, (400, 300), LABELS, 0)

    assert (folds, measured.accuracy) == ([], None)
    assert measured.held_out is not None
