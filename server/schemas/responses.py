"""Response documents: the JSON that the server sends. Each ends in a newline, for terminals.

The OpenAPI document describes these types, so a description here is one there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from addsup.inference.manifest import DataSet, Figures
from addsup.inference.predictions import Classification, Explanation, Prediction
from addsup.server.errors import ProblemError

ENCODER: Final = msgspec.json.Encoder()

Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]


class WordDocument(msgspec.Struct, frozen=True):
    """One word of a text and its contribution to the log-odds."""

    word: Annotated[str, Meta(description="The word as typed.")]
    start: Annotated[Count, Meta(description="Where it begins in the text, in characters.")]
    end: Annotated[Count, Meta(description="Where it ends.")]
    lemma: Annotated[str | None, Meta(description="What is looked up; null for a stop word.")]
    known: Annotated[bool, Meta(description="Whether the model counts it.")]
    contribution: Annotated[
        float, Meta(description="What it adds to the log-odds; 0 if not known.")
    ]
    effect: Annotated[
        float | UnsetType,
        Meta(description="With `explain=loo`: by how much the log-odds fall without the word."),
    ] = UNSET


class ExplanationDocument(msgspec.Struct, frozen=True):
    """Why `label` and not `against`: `intercept` plus all contributions is `log_odds`."""

    label: Annotated[str, Meta(description="The likeliest label.")]
    against: Annotated[str, Meta(description="The next likeliest.")]
    log_odds: Annotated[
        float, Meta(description="Natural logarithm of the ratio of their probabilities.")
    ]
    intercept: Annotated[float, Meta(description="The log-odds before any word is counted.")]
    words: Annotated[list[WordDocument], Meta(description="Every word of the text, in order.")]


class ItemProblem(msgspec.Struct, frozen=True):
    """Why one text of a batch was not classified."""

    code: Annotated[str, Meta(description="What is wrong, for programs. It never changes.")]
    detail: Annotated[str, Meta(description="What is wrong, for people.")]


class PredictionDocument(msgspec.Struct, frozen=True):
    """What the model makes of one text."""

    label: Annotated[str | None, Meta(description="The likeliest; null if no word is known.")]
    probability: Annotated[Probability | None, Meta(description="That of `label`.")]
    probabilities: Annotated[
        dict[str, Probability] | None, Meta(description="By label; they add up to 1.")
    ]
    words: Annotated[Count, Meta(description="Words of the text, stop words left out.")]
    known_words: Annotated[Count, Meta(description="Those of them that the model has learnt.")]
    reason: Annotated[
        str | UnsetType, Meta(description="Why `label` is null; absent if it is not.")
    ] = UNSET
    unread_letters: Annotated[
        Count | UnsetType,
        Meta(description="Letters in no word that the model could read; absent if it reads all."),
    ] = UNSET
    explanation: Annotated[
        ExplanationDocument | UnsetType | None,
        Meta(description="With `explain=1`: what each word adds; null if `label` is."),
    ] = UNSET
    error: Annotated[
        ItemProblem | UnsetType,
        Meta(description='With `"on_error": "item"`: what is wrong with this text.'),
    ] = UNSET


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
    pointer: Annotated[str | None, Meta(description="A JSON pointer (RFC 6901).")] = None
    parameter: Annotated[str | None, Meta(description="A query parameter.")] = None


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 9457 problem document."""

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
        str | UnsetType,
        Meta(description="Under /v1 and /v2: `detail`, as these protocols name it."),
    ] = UNSET


class StateDocument(msgspec.Struct, frozen=True):
    """The answer to a health check."""

    status: str


class ModelDocument(msgspec.Struct, frozen=True):
    """The model's card, as the model file states it."""

    name: Annotated[str, Meta(description="The name of the model file, and of the model in /v2.")]
    version: Annotated[str, Meta(description="The first 12 digits of its sha256.")]
    sha256: Annotated[str, Meta(description="Of the model file.", pattern="^[0-9a-f]{64}$")]
    labels: list[str]
    vocabulary: Annotated[int, Meta(ge=1, description="How many terms it counts.")]
    data: Annotated[DataSet, Meta(description="What it was fitted on.")]
    figures: Annotated[Figures, Meta(description="How well it does, by name.")]
    parameters: Annotated[dict[str, Any], Meta(description="What it was fitted with, by name.")]
    versions: Annotated[dict[str, str], Meta(description="The packages that made the file.")]


class VersionDocument(msgspec.Struct, frozen=True):
    """What runs here."""

    version: Annotated[str, Meta(description="Of the server and its API.")]
    model: Annotated[str, Meta(description="The version of the model; see /model.")]
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
