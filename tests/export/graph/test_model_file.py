"""Model file: graph and manifest of a trained model."""

from __future__ import annotations

import pytest

from export.graph.model_file import GOLDEN_REVIEWS, describe, golden_reviews
from tests.export.small import LEMMAS, small, small_model


def test_the_manifest_says_what_was_trained() -> None:
    manifest = describe(small())

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
