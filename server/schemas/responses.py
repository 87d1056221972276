"""The JSON documents that the server sends. Each ends in a newline, for terminals.

The OpenAPI document describes these types, so a description here is one there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from flask import Response
from msgspec import UNSET, Meta, UnsetType

from server.errors import Problem
from server.inference.explain import Explanation
from server.inference.model import Prediction

ENCODER: Final = msgspec.json.Encoder()

Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class WordDocument(msgspec.Struct, frozen=True):
    """One word of a review and its part in the log-odds."""

    word: Annotated[str, Meta(description="The word as typed.")]
    start: Annotated[Count, Meta(description="Where it begins in the review, in characters.")]
    end: Annotated[Count, Meta(description="Where it ends.")]
    lemma: Annotated[str | None, Meta(description="What is looked up; null for a stop word.")]
    known: Annotated[bool, Meta(description="Whether the model counts it.")]
    part: Annotated[float, Meta(description="What it adds to the log-odds; 0 if not known.")]


class ExplanationDocument(msgspec.Struct, frozen=True):
    """Why `label` and not `against`: `constant` and the parts of all words add up to `log_odds`."""

    label: Annotated[str, Meta(description="The likeliest label.")]
    against: Annotated[str, Meta(description="The next likeliest.")]
    log_odds: Annotated[
        float, Meta(description="Natural logarithm of the ratio of their probabilities.")
    ]
    constant: Annotated[float, Meta(description="The log-odds before any word is counted.")]
    words: Annotated[list[WordDocument], Meta(description="Every word of the review, in order.")]


class PredictionDocument(msgspec.Struct, frozen=True):
    """What the model makes of one review; see `server.inference.model.Prediction`."""

    label: Annotated[str | None, Meta(description="The likeliest; null if no word is known.")]
    probability: Annotated[Probability | None, Meta(description="That of `label`.")]
    probabilities: Annotated[
        dict[str, Probability] | None, Meta(description="By label; they add up to 1.")
    ]
    words: Annotated[Count, Meta(description="Words of the review, stop words left out.")]
    known_words: Annotated[Count, Meta(description="Those of them that the model has learnt.")]
    reason: Annotated[
        str | UnsetType, Meta(description="Why `label` is null; absent if it is not.")
    ] = UNSET
    explanation: Annotated[
        ExplanationDocument | UnsetType | None,
        Meta(description="With `explain=1`: what each word adds; null if `label` is."),
    ] = UNSET


class BatchDocument(msgspec.Struct, frozen=True):
    """Predictions in the order of the reviews."""

    predictions: list[PredictionDocument]


class PlaceDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong, and where: in the body by `pointer`, or in the query by `parameter`."""

    detail: str
    pointer: Annotated[str | None, Meta(description="A JSON pointer (RFC 6901).")] = None
    parameter: Annotated[str | None, Meta(description="A query parameter.")] = None


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 9457 problem document; see `server.errors.Problem`."""

    type: Annotated[str, Meta(description="Where the code is explained.")]
    title: Annotated[str, Meta(description="What is wrong, in general.")]
    status: Annotated[int, Meta(ge=400, le=599, description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What is wrong here, for people.")]
    instance: Annotated[str, Meta(description="The request id, as in `X-Request-ID`.")]
    code: Annotated[str, Meta(description="What is wrong, for programs. It never changes.")]
    errors: Annotated[
        list[PlaceDocument] | UnsetType, Meta(description="The places, where there are any.")
    ] = UNSET
    error: Annotated[
        str | UnsetType, Meta(description="Under /v2: `detail`, as that protocol names it.")
    ] = UNSET


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
        UNSET if prediction.reason is None else prediction.reason,
    )


def batch_document(predictions: Sequence[Prediction]) -> BatchDocument:
    """Several predictions as they are sent."""
    return BatchDocument([prediction_document(each) for each in predictions])


def explained_document(
    review: str, prediction: Prediction, explanation: Explanation | None
) -> PredictionDocument:
    """One prediction with its explanation as it is sent."""
    document = prediction_document(prediction)
    return msgspec.structs.replace(
        document, explanation=explanation and _explanation_document(review, explanation)
    )


def _explanation_document(review: str, explanation: Explanation) -> ExplanationDocument:
    words = [
        WordDocument(review[w.start : w.end], w.start, w.end, w.lemma, w.known, w.part)
        for w in explanation.words
    ]
    return ExplanationDocument(
        explanation.label, explanation.against, explanation.log_odds, explanation.constant, words
    )


def problem_type(code: str) -> str:
    """Where *code* is explained: a URI reference, as RFC 9457 has it."""
    return f"/docs#{code}"


def problem_document(
    problem: Problem, request_id: str = "", *, protocol_v2: bool = False
) -> ProblemDocument:
    """A problem as it is sent in answer to the request *request_id*."""
    known = problem.pointer is not None or problem.parameter is not None
    place = PlaceDocument(problem.detail, problem.pointer, problem.parameter)
    return ProblemDocument(
        type=problem_type(problem.code),
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=request_id,
        code=problem.code,
        errors=[place] if known else UNSET,
        error=problem.detail if protocol_v2 else UNSET,
    )


def encode(document: Any) -> bytes:
    """*document* as the body of a response."""
    return ENCODER.encode(document) + b"\n"


def respond(document: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """*document* as an HTTP response."""
    return Response(encode(document), status, content_type=media_type)
