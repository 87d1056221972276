"""Model file: graph and manifest of a trained model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from addsup.export.graph.model_file import GOLDEN_REVIEWS, build, describe, golden_reviews
from addsup.export.graph.pipeline_steps import read_pipeline
from addsup.inference.analyzer_settings import ARTICLE
from addsup.inference.manifest import Figures, HeldOut
from addsup.inference.model import TOKENS_A_RUN, Model
from addsup.train.calibration import Calibration
from addsup.train.hyperparameters import Setting

from tests.export.small import LEMMAS, small, small_model


def test_the_manifest_says_what_was_trained() -> None:
    manifest = describe(small(), read_pipeline(small().pipeline, ARTICLE))

    assert manifest.labels == ("down", "up")
    assert set(manifest.vocabulary) == {"bad", "dull", "film", "fine", "good", "story"}
    assert manifest.lemmas.items() >= LEMMAS.items()
    assert manifest.stop_words == ("a", "the")
    assert {"numpy", "scikit-learn"} <= manifest.versions.keys()


def test_golden_reviews_go_from_the_surest_of_one_label_to_that_of_another() -> None:
    golden = golden_reviews(small())

    first = [each.probabilities[0] for each in golden]
    assert len(golden) == GOLDEN_REVIEWS
    assert first == sorted(first)
    assert first[0] < 0.5 < first[-1]


def test_the_server_opens_it_and_finds_it_consistent() -> None:
    model = small_model()

    model.try_out()

    assert [each.label for each in model.predict(["Good story!", "Dull."])] == ["up", "down"]
    assert sum(model.manifest.golden[0].probabilities) == pytest.approx(1)


def test_explanations_of_many_labels_are_made_in_runs_that_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each holds a number for every token and label."""
    labels = [f"label {chr(97 + n // 8)}{chr(97 + n % 8)}" for n in range(40)]
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(160)]
    texts = [" ".join(words[4 * n : 4 * n + 4]) for n in range(40)]
    pipeline = Setting("multinomial").pipeline(Calibration(0.7)).fit(texts, labels)
    counts = ((1,) * 40,) * 40
    figures = Figures(protocol="None.", held_out=HeldOut(1600, 0.5, counts))
    model = Model(build(replace(small(), pipeline=pipeline, figures=figures, texts=texts)))
    sizes: list[int] = []
    run = Model.run

    def noted(model: Model, *arguments: Any) -> Any:
        found = run(model, *arguments)
        sizes.append(found[-1].size)
        return found

    monkeypatch.setattr(Model, "run", noted)
    explained = model.explain(texts * 30)

    assert [prediction.label for prediction, _ in explained] == labels * 30
    assert len(sizes) > 1
    assert max(sizes) <= TOKENS_A_RUN
