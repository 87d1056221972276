"""Response documents: the JSON that the server sends. Each ends in a newline, for terminals.

`api/openapi/openapi.json` describes each member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from addsup.inference.manifest import DataSet, Figures
from addsup.inference.predictions import Classification, Explanation, Prediction
from addsup.server.errors import ProblemError

ENCODER: Final = msgspec.json.Encoder()


class WordDocument(msgspec.Struct, frozen=True):
    """One word of a text and its contribution to the log-odds."""

    word: str
    start: int
    end: int
    lemma: str | None
    known: bool
    contribution: float
    effect: float | UnsetType = UNSET


class ExplanationDocument(msgspec.Struct, frozen=True):
    """Why `label` and not `against`: `intercept` plus all contributions is `log_odds`."""

    label: str
    against: str
    log_odds: float
    intercept: float
    words: list[WordDocument]


class ItemProblem(msgspec.Struct, frozen=True):
    """Why one text of a batch was not classified."""

    code: str
    detail: str


class PredictionDocument(msgspec.Struct, frozen=True):
    """What the model makes of one text."""

    label: str | None
    probability: float | None
    probabilities: dict[str, float] | None
    words: int
    known_words: int
    reason: str | UnsetType = UNSET
    unread_letters: int | UnsetType = UNSET
    explanation: ExplanationDocument | UnsetType | None = UNSET
    error: ItemProblem | UnsetType = UNSET


class BatchDocument(msgspec.Struct, frozen=True):
    """Predictions in the order of the texts."""

    predictions: list[PredictionDocument]


#: What stands for a text: the same members, whichever it is.
Sent = Prediction | PredictionDocument


class Batch(msgspec.Struct, frozen=True):
    """What is sent as a `BatchDocument`."""

    predictions: list[Sent]


class PlaceDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong, and where: in the body by `pointer`, or in the query by `parameter`."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[PlaceDocument] | UnsetType = UNSET
    error: str | UnsetType = UNSET


class StateDocument(msgspec.Struct, frozen=True):
    """The answer to a health check."""

    status: str


class ModelDocument(msgspec.Struct, frozen=True):
    """The model's card, as the model file states it."""

    name: str
    version: str
    sha256: str
    labels: list[str]
    vocabulary: int
    data: DataSet
    figures: Figures
    parameters: dict[str, Any]
    versions: dict[str, str]


class VersionDocument(msgspec.Struct, frozen=True):
    """What runs here."""

    version: str
    model: str
    python: str
    onnxruntime: str


def predictions_document(
    found: Sequence[Classification], *, is_batch: bool, explained: bool = False
) -> Sent | Batch:
    """Classifications as they are sent: one alone, or several in their order.

    With *explained*, each has a member `explanation`, null where nothing is known.
    """
    documents = [_sent(each, explained) for each in found]
    return Batch(documents) if is_batch else documents[0]


def batch_document(
    found: Sequence[Classification], bad: Mapping[int, ProblemError], *, explained: bool
) -> Batch:
    """Classifications with, at their places, the problems of texts that have none."""
    good = iter(found)
    return Batch(
        [
            _refused(bad[index]) if index in bad else _sent(next(good), explained)
            for index in range(len(found) + len(bad))
        ]
    )


def _refused(problem: ProblemError) -> PredictionDocument:
    error = ItemProblem(problem.type.code, problem.detail)
    return PredictionDocument(None, None, None, 0, 0, problem.detail, error=error)


def _sent(found: Classification, explained: bool) -> Sent:
    prediction, explanation = found.prediction, None
    if not explained:  # the prediction is its own document, which saves an object a text
        return prediction
    if found.explanation:
        explanation = _explanation_document(found.text, found.explanation)
    return PredictionDocument(
        prediction.label,
        prediction.probability,
        prediction.probabilities,
        prediction.words,
        prediction.known_words,
        UNSET if prediction.reason is None else prediction.reason,
        prediction.unread_letters or UNSET,
        explanation,
    )


def _explanation_document(text: str, explanation: Explanation) -> ExplanationDocument:
    words = [
        WordDocument(
            text[w.start : w.end],
            w.start,
            w.end,
            w.lemma,
            w.known,
            w.contribution,
            UNSET if w.effect is None else w.effect,
        )
        for w in explanation.words
    ]
    return ExplanationDocument(
        explanation.label, explanation.against, explanation.log_odds, explanation.intercept, words
    )


def problem_type(code: str, root: str = "") -> str:
    """Where *code* is explained by a server at *root*: a URI reference, as RFC 9457 has it."""
    return f"{root}/docs#{code}"


def problem_document(
    problem: ProblemError, request_id: str = "", *, protocol_v2: bool = False, root: str = ""
) -> ProblemDocument:
    """A problem as it is sent in answer to the request *request_id*."""
    known = problem.pointer is not None or problem.parameter is not None
    place = PlaceDocument(problem.detail, problem.pointer, problem.parameter)
    return ProblemDocument(
        type=problem_type(problem.type.code, root),
        title=problem.type.title,
        status=problem.type.status,
        detail=problem.detail,
        instance=request_id,
        code=problem.type.code,
        errors=[place] if known else UNSET,
        error=problem.detail if protocol_v2 else UNSET,
    )


def encode(document: Any) -> bytes:
    """*document* as the body of a response."""
    return ENCODER.encode(document) + b"\n"
