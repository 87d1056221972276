"""Predictions: plain data that nobody can change."""

from __future__ import annotations

import pytest

from addsup.inference.predictions import Classification, Prediction


def test_a_classification_cannot_be_changed() -> None:
    found = Classification("a", Prediction(None, None, None, 1, 0))

    assert found.explanation is None
    with pytest.raises(AttributeError):
        found.text = "b"  # type: ignore[misc]
