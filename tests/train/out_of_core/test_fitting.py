from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import pytest
from addsup.train.calibration import Calibration
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import TRANSFORMS, NgramRange, Setting
from addsup.train.out_of_core import fitting
from addsup.train.out_of_core.cleaned import Reading
from addsup.train.out_of_core.moments import Found, Weighing
from addsup.train.out_of_core.parts import Part
from addsup.train.out_of_core.vocabulary import Counting, TermCounts
from sklearn.pipeline import Pipeline

from tests.train.out_of_core.conftest import Row

LABELS = ("bad", "good", "so-so")


def fitted_in_passes(setting: Setting, reading: Reading, parts: list[Part]) -> Pipeline:
    counts = reduce(TermCounts.merged, map(Counting(reading, setting.ngram_range).of, parts))
    weighted = fitting.weighting(setting, counts.commonest(setting.max_features or 10_000))
    presence = KINDS[setting.classifier].presence
    found = reduce(Found.merged, map(Weighing(reading, weighted, LABELS, presence).of, parts))
    classifier = fitting.classifier(setting, found.sums, LABELS)
    return fitting.pipeline(weighted, classifier, Calibration(0.5, 0.0, 0.0))


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
