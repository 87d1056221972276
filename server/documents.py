"""The JSON documents that the server sends. Each ends in a newline, for terminals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from flask import Response

from server.errors import Problem
from server.model import Prediction

ENCODER: Final = msgspec.json.Encoder()


class PredictionDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the model makes of one review; see `server.model.Prediction`.

    `reason` is there if, and only if, `label` is null.
    """

    label: str | None
    probability: float | None
    probabilities: dict[str, float] | None
    words: int
    known_words: int
    reason: str | None = None


class BatchDocument(msgspec.Struct, frozen=True):
    """Predictions in the order of the reviews."""

    predictions: list[PredictionDocument]


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem document; see `server.errors.Problem`."""

    title: str
    status: int
    detail: str
    code: str
    pointer: str | None = None


class StateDocument(msgspec.Struct, frozen=True):
    """The answer to a health check."""

    status: str


def prediction_document(prediction: Prediction) -> PredictionDocument:
    """One prediction as it is sent."""
    return PredictionDocument(
        prediction.label,
        prediction.probability,
        prediction.probabilities,
        prediction.words,
        prediction.known_words,
        prediction.reason,
    )


def batch_document(predictions: Sequence[Prediction]) -> BatchDocument:
    """Several predictions as they are sent."""
    return BatchDocument([prediction_document(each) for each in predictions])


def problem_document(problem: Problem) -> ProblemDocument:
    """A problem as it is sent."""
    return ProblemDocument(
        problem.title, problem.status, problem.detail, problem.code, problem.pointer
    )


def respond(document: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """*document* as an HTTP response."""
    return Response(ENCODER.encode(document) + b"\n", status, content_type=media_type)
