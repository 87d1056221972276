"""Every classifier and every setting that training offers, exported and proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from addsup.inference.analyzer import Normaliser
from addsup.inference.manifest import Figures, HeldOut
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import NEGATIONS, Setting
from tests.export.small import exported, proved

Make = Callable[[Setting, int], TrainedModel]


@pytest.fixture(scope="module")
def make(trained: TrainedModel) -> Make:
    """Setting and number of labels -> trained fitted on the article's sentences."""

    def made(setting: Setting, labels: int) -> TrainedModel:
        stop_words = trained.normaliser.stop_words
        if setting.stop_words == "all but negations":
            stop_words -= NEGATIONS
        normaliser = Normaliser(stop_words, trained.normaliser.lemma)
        texts = [normaliser.normalise(review) for review in trained.texts]
        words = [len(review.split()) for review in trained.texts]
        rank = np.argsort(np.argsort(words, kind="stable"), kind="stable")
        labelled = [f"length {number * labels // len(words)}" for number in rank]
        calibration = Calibration(0.7, 1.3 if labels == 2 else 0.0)
        pipeline = setting.pipeline(calibration).fit(texts, labelled)
        parameters = setting.parameters(calibration)
        counts = ((1,) * labels,) * labels
        figures = Figures(protocol="None.", held_out=HeldOut(labels**2, 0.5, counts))
        return replace(
            trained,
            pipeline=pipeline,
            normaliser=normaliser,
            parameters=parameters,
            figures=figures,
        )

    return made


@pytest.mark.parametrize("labels", [2, 5])
@pytest.mark.parametrize("classifier", KINDS)
def test_every_classifier_is_proved_equal(classifier: str, labels: int, make: Make) -> None:
    trained = make(Setting(classifier), labels)

    proof = proved(trained)

    assert proof.texts > 1500
    assert proof.probability <= 1e-6
    assert proof.log_odds <= 1e-9


@pytest.mark.parametrize("classifier", ["gaussian", "bernoulli", "logistic"])
@pytest.mark.parametrize(
    "setting",
    [
        Setting(transform="sublinear"),
        Setting(ngram_range=(1, 2)),
        Setting(ngram_range=(1, 3), max_features=None),
        Setting(
            strength=3.0, stop_words="all but negations", transform="fourth root", max_features=None
        ),
    ],
    ids=["sublinear", "two words", "three words", "served"],
)
def test_every_setting_is_proved_equal(classifier: str, setting: Setting, make: Make) -> None:
    trained = make(replace(setting, classifier=classifier), 2)

    proof = proved(trained)

    assert proof.probability <= 1e-6
    assert proof.log_odds <= 1e-9


@pytest.mark.parametrize("classifier", KINDS)
def test_a_text_without_known_words_has_no_evidence(classifier: str, make: Make) -> None:
    model = Model(exported(make(Setting(classifier), 2)))

    (shares,) = model.run(["", "xyzzy"], "shares")

    assert not shares.any()
