"""What the tokens of a text add is all that it differs by from the text without known words."""

from __future__ import annotations

import numpy as np
import pytest

from addsup.export.tools.contributions import explained
from addsup.inference.model import Model
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import Setting
from tests.export.small import TEXTS, exported, small, small_model

ASKED = [*TEXTS, "good good good film", "zxqv", "", "film " * 300, "bad zxqv story"]


@pytest.mark.parametrize("intercept", [0.0, 0.5])
def test_probabilities_and_contributions_are_calibrated_alike(intercept: float) -> None:
    trained = small(calibration=Calibration(0.7, intercept))
    model = Model(exported(trained))
    texts = trained.pipeline_texts([*TEXTS, "good bad", "zxqv"])

    assert model.probabilities(texts) == pytest.approx(
        trained.pipeline.predict_proba(texts), abs=1e-9
    )
    for answer in explained(model, [*TEXTS, "good bad"]):
        odds = np.log(answer.probabilities / answer.probabilities[0])
        assert answer.log_odds == pytest.approx(odds, abs=1e-9)
        assert answer.contributions


def test_a_text_of_unknown_words_has_no_label_and_no_contributions() -> None:
    (answer,) = explained(small_model(), ["Zxqv."])

    assert (answer.label, answer.contributions) == (None, {})


def test_words_that_cancel_out_still_do() -> None:
    setting = Setting("svm", 0.5, transform="fourth root")
    model = Model(exported(small(setting=setting, calibration=Calibration(0.7, 0.25))))

    (shares,) = model.run([model.reader.read("good bad")[0]], "shares")

    assert abs(shares.sum()) < 1e-12
    assert np.abs(shares).min() > 0.1
