"""Trainer: from rows to a fitted, calibrated pipeline."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting
from addsup.train.tuning.trainer import Fitted, Recipe

TEXTS = ["good film", "fine film", "good story", "bad film", "dull film", "bad story"] * 6
LABELS = ["up", "up", "up", "down", "down", "down"] * 6
CORPUS = Corpus.of({"all": TEXTS, "all but negations": TEXTS}, LABELS)
ROWS = np.arange(len(TEXTS))


def test_the_article_s_settings_are_neither_tuned_nor_calibrated() -> None:
    fitted = Fitted.plain(CORPUS, ROWS)

    assert fitted.setting == Setting()
    assert fitted.pipeline.predict(["good story", "bad film"]).tolist() == ["up", "down"]


@pytest.mark.parametrize("tune", [False, True])
def test_a_recipe_gives_probabilities_of_every_label_from_its_rows_alone(tune: bool) -> None:
    half = ROWS[:18]

    fitted = Recipe("multinomial", tune=tune).fit(CORPUS, half)
    found, known = fitted.predict(CORPUS, ROWS)

    assert found.shape == (36, 2)
    assert known.tolist() == [2] * 36
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found.argmax(axis=1) == CORPUS.truth).mean() > 0.9
    again = Recipe("multinomial", tune=tune).fit(CORPUS, half).predict(CORPUS, ROWS)
    assert np.array_equal(found, again[0])
