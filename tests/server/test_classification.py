"""Classification: the one core behind all faces."""

from __future__ import annotations

import pytest
from flask import Flask

from addsup.server.app import unready_app
from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import extensions_of
from addsup.server.request import Request
from tests.server.conftest import LIMITS

TEXTS = ["A wonderful film.", "Zxqv.", "Awful."]


def request_to(app: Flask) -> Request:
    """A request for which the tests classify."""
    return Request({}, extensions_of(app))


def test_texts_are_classified_in_order_and_counted(app: Flask) -> None:
    request = request_to(app)
    found = classify(request, TEXTS)

    assert [each.text for each in found] == TEXTS
    assert [each.prediction.label for each in found] == ["positive", None, "negative"]
    assert {each.explanation for each in found} == {None}
    assert request.texts == 3


def test_explanations_change_no_prediction(app: Flask) -> None:
    plain = classify(request_to(app), TEXTS)
    explained = classify(request_to(app), TEXTS, explain=True)

    assert [each.prediction for each in explained] == [each.prediction for each in plain]
    assert [each.explanation is None for each in explained] == [False, True, False]


def test_nothing_is_classified_and_nothing_counted(app: Flask) -> None:
    request = request_to(app)

    assert classify(request, []) == []
    assert request.texts == 0


def test_there_is_a_problem_without_a_model() -> None:
    with pytest.raises(ProblemError) as refusal:
        classify(request_to(unready_app(LIMITS)), TEXTS)

    assert refusal.value.type is ProblemType.NOT_READY
