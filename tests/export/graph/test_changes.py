"""What tokens add is carried through sigmoids, means and logarithms without a rest."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.export.graph.changes import empty_log_odds
from addsup.export.graph.ensembles import Ensemble, form
from addsup.export.graph.model_file import build
from addsup.export.graph.pipeline_steps import steps
from addsup.export.own_pipeline import Sample, describe
from addsup.inference.manifest import DataSet
from addsup.inference.model import Model

from tests.export.pipelines import PIPELINES, texts

ENSEMBLES = [
    "SGD with log loss, three labels",
    "characters within words, calibrated",
    "characters, calibrated, two labels",
    "calibrated multinomial",
    "calibrated multinomial, three labels",
    "one against the rest, multinomial",
    "one against the rest, calibrated",
]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_a_text_without_known_terms_has_the_log_odds_that_scikit_learn_gives_it(name: str) -> None:
    make, count, _ = PIPELINES[name]
    pipeline = make().fit(*texts(count))
    found = form(steps(pipeline)[-1])
    (expected,) = np.log(pipeline.predict_proba([""]))

    assert isinstance(found, Ensemble)
    assert empty_log_odds(found) == pytest.approx(expected[1:] - expected[0], abs=1e-9)


@pytest.mark.parametrize("name", ENSEMBLES)
def test_what_the_tokens_add_is_all_that_a_text_differs_by(name: str) -> None:
    make, count, _ = PIPELINES[name]
    sample, truth = texts(count)
    pipeline = make().fit(sample, truth)
    data = DataSet("texts", "", 0, {}, "none")
    model = Model(build(describe(pipeline, Sample(tuple(sample), None), False, data, "")))
    long = " ".join(sample)

    read = [model.reader.read(text)[0] for text in ("", "xyzzy", sample[0], long)]
    probabilities, shares = model.run(read, "probabilities", "shares")

    odds = np.log(probabilities[:, 1:]) - np.log(probabilities[:, :1])
    added = shares.sum(axis=1)
    assert not added[:2].any()
    assert added + model.manifest.intercept == pytest.approx(odds, rel=1e-9, abs=1e-9)
