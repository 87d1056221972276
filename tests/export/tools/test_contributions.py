"""Contributions of terms, asked of a model file."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.export.tools.contributions import ask

from tests.export.small import TEXTS, small_model


def test_parts_and_constant_add_up_to_the_log_odds_of_every_review() -> None:
    model = small_model()

    answers = list(ask(model, TEXTS))

    assert len(answers) == len(TEXTS)
    for answer in answers:
        wanted = np.log(answer.probabilities / answer.probabilities[0])
        assert answer.log_odds == pytest.approx(wanted, abs=1e-9)
        assert answer.parts


def test_a_review_of_unknown_words_has_no_label_and_no_parts() -> None:
    (answer,) = ask(small_model(), ["Zxqv."])

    assert (answer.label, answer.parts) == (None, {})
