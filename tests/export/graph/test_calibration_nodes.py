"""Calibration nodes: the graph's bent log-odds are scikit-learn's calibrated ones."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.export.graph.model_file import build
from addsup.inference.model import Model

from tests.export.small import TEXTS, small


@pytest.mark.parametrize("bend", [0.0, 0.5, 3.0])
def test_probabilities_and_contributions_are_bent_alike(bend: float) -> None:
    trained = small(bend=bend)
    model = Model(build(trained))
    texts = [trained.normaliser.normalise(text) for text in (*TEXTS, "good bad", "zxqv")]

    wanted = trained.pipeline.predict_proba(texts)
    found = np.array(list(model.probabilities(texts)))

    assert found == pytest.approx(wanted, abs=1e-9)
    for prediction, explanation in model.explain([*TEXTS, "good bad"]):
        assert explanation
        assert prediction.probabilities
        first, second = (
            prediction.probabilities[each] for each in (explanation.label, explanation.against)
        )
        assert explanation.log_odds == pytest.approx(np.log(first / second), abs=1e-9)
