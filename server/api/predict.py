"""`POST /predict`: JSON or a form in; JSON out, or the page where HTML is asked for."""

from __future__ import annotations

from typing import Final

from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.middleware.request_body import current_body
from addsup.server.schemas.negotiation import respond, wants_html
from addsup.server.schemas.parsing import PARSED, Texts, parse_form, parse_json
from addsup.server.schemas.responses import batch_document, predictions_document
from addsup.server.schemas.validation import check_request, good_and_bad
from flask import Blueprint, Response, make_response, request

api = Blueprint("api", __name__)

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
#: What each value of `explain` asks for: contributions, and effects of leaving words out.
EXPLAIN: Final = {
    "0": (False, False),
    "1": (True, False),
    "2": (True, True),
    "loo": (True, True),
}


@api.post("/predict")
def predict() -> Response:
    """Classify one text or a batch."""
    explain, leave_out = wants_explanation()
    texts, carried = requested_texts(), current()
    if texts.by_item:
        good, bad = good_and_bad(texts, carried.settings, carried.model.tokenizer)
        found = classify(carried, good, explain=explain, leave_out=leave_out)
        return respond(batch_document(found, bad, explained=explain))
    check_request(texts, carried.settings, carried.model.tokenizer)
    as_page = not texts.is_batch and wants_html()
    found = classify(carried, texts.items, explain=explain or as_page, leave_out=leave_out)
    if as_page:
        return make_response(carried.render_page(found[0]))
    return respond(predictions_document(found, is_batch=texts.is_batch, explained=explain))


def requested_texts() -> Texts:
    """The text or texts in the body of the current request.

    Raises:
        ProblemError: they cannot be read (HTTP 400), or the body claims to be neither JSON nor a
            form (415).
    """
    parsed: Texts | ProblemError | None = request.environ.get(PARSED)
    if isinstance(parsed, ProblemError):
        raise parsed
    body = current_body()
    media_type = request.mimetype  # without its parameters
    if media_type == FORM:
        return parse_form(body)
    if body and media_type != JSON:
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"The Content-Type is not one that is read here; send {JSON} or {FORM}.",
        )
    return parsed or parse_json(body)


def wants_explanation() -> tuple[bool, bool]:
    """Whether contributions, and effects, are wanted; strict: a misspelt word would go unnoticed.

    Raises:
        ProblemError: there is any other parameter, or another value. HTTP 400.
    """
    if not request.environ.get("QUERY_STRING"):
        return EXPLAIN["0"]
    parameters = list(request.args.items(multi=True))
    for name, value in parameters:
        if name != "explain":
            raise ProblemError(
                ProblemType.BAD_PARAMETER,
                "The only query parameter here is explain.",
                parameter=name[:60],
            )
        if value not in EXPLAIN or len(parameters) > 1:
            raise ProblemError(
                ProblemType.BAD_PARAMETER,
                "Give explain once, as 0, 1 or loo (which is 2).",
                parameter="explain",
            )
    return EXPLAIN[parameters[0][1]] if parameters else EXPLAIN["0"]
