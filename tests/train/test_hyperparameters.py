"""Settings: what training can vary."""

from __future__ import annotations

import json

import pytest
from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting, from_parameters, vectorisers


@pytest.mark.parametrize("classifier", KINDS)
def test_a_setting_survives_being_written_into_a_model_file(classifier: str) -> None:
    setting = Setting(
        classifier, 0.3, stop_words="all but negations", ngram_range=(1, 2), max_features=None
    )
    calibration = Calibration(0.5, 2.0, -0.3)

    written = json.loads(json.dumps(setting.parameters(calibration)))

    assert written[KINDS[classifier].parameter] == 0.3
    assert from_parameters(written) == (setting, calibration)


def test_without_a_value_the_kind_s_default_is_taken() -> None:
    assert Setting("logistic").value == KINDS["logistic"].default
    assert Setting("logistic", 3.0).value == 3.0


def test_tuning_tries_every_way_to_clean_and_weigh() -> None:
    tried = vectorisers("svm")

    assert len(set(tried)) == 36
    assert len(set(vectorisers("bernoulli"))) == 12, "weights mean nothing to it"
    assert {each.classifier for each in tried} == {"svm"}


def test_the_vectoriser_only_splits_what_has_been_normalised() -> None:
    vectoriser = Setting(ngram_range=(1, 2)).vectoriser().fit(["good film", "bad film"])

    assert list(vectoriser.get_feature_names_out()) == [
        "bad",
        "bad film",
        "film",
        "good",
        "good film",
    ]
