"""Response documents: the JSON that the server sends. Each ends in a newline, for terminals.

`api/openapi/openapi.json` describes each member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from addsup.inference.predictions import Classification, Explanation, Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request

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
    error: dict[str, str] | UnsetType = UNSET  # why it was not classified


#: What is sent of a text: the same members, whichever it is.
Sent = Prediction | PredictionDocument
Batch = dict[str, list[Sent]]


def predictions_document(
    found: Sequence[Classification], *, is_batch: bool, explained: bool = False
) -> Sent | Batch:
    """Classifications as they are sent: one alone, or several in their order.

    With *explained*, each has a member `explanation`, null where nothing is known.
    """
    documents = [_sent(each, explained) for each in found]
    return {"predictions": documents} if is_batch else documents[0]


def batch_document(
    found: Sequence[Classification], bad: Mapping[int, ProblemError], *, explained: bool
) -> Batch:
    """Classifications with, at their places, the problems of texts that have none."""
    good = iter(found)
    sent = [
        _refused(bad[index]) if index in bad else _sent(next(good), explained)
        for index in range(len(found) + len(bad))
    ]
    return {"predictions": sent}


def _refused(problem: ProblemError) -> PredictionDocument:
    error = {"code": problem.type.code, "detail": problem.detail}
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


def problem_document(
    problem: ProblemError, request_id: str = "", *, protocol_v2: bool = False, root: str = ""
) -> dict[str, Any]:
    """A problem (RFC 9457) as it is sent in answer to the request *request_id*."""
    document: dict[str, Any] = {
        "type": f"{root}/docs#{problem.type.code}",
        "title": problem.type.title,
        "status": problem.type.status,
        "detail": problem.detail,
        "instance": request_id,
        "code": problem.type.code,
    }
    places = {"pointer": problem.pointer, "parameter": problem.parameter}
    if known := {name: place for name, place in places.items() if place is not None}:
        document["errors"] = [{"detail": problem.detail, **known}]
    if protocol_v2:
        document["error"] = problem.detail
    return document


def encode(document: Any) -> bytes:
    """*document* as the body of a response."""
    return ENCODER.encode(document) + b"\n"


def encode_reply(document: Any, most: int) -> bytes:
    """*document* as the body of a response of *most* bytes at the most.

    Raises:
        ProblemError: it has more. HTTP 413.
    """
    body = encode(document)
    if len(body) > most:
        raise ProblemError(
            ProblemType.REPLY_TOO_LARGE,
            f"The reply would have {len(body):,} bytes, and at most {most:,} are sent; ask for "
            "less at a time.",
        )
    return body


def respond(request: Request, document: Any) -> Reply:
    """*document* as the reply to *request*; too large a one raises as `encode_reply` does."""
    return Reply(encode_reply(document, request.server.settings.max_reply_bytes))


def wants_html(environ: Mapping[str, Any]) -> bool:
    """Whether the client likes HTML better than JSON, as browsers do when a person navigates."""
    accepted = environ.get("HTTP_ACCEPT", "")
    if "html" not in accepted:
        return False
    accepts = parse_accept_header(accepted, MIMEAccept)
    return accepts["text/html"] > accepts["application/json"]
