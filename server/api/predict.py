"""`POST /predict`: JSON or a form in; JSON out, or the page where HTML is asked for."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import JSON, Reply, Request
from addsup.server.http.routing import Route
from addsup.server.schemas.parsing import Texts, parse_form, parse_json
from addsup.server.schemas.responses import (
    batch_document,
    predictions_document,
    respond,
    wants_html,
)
from addsup.server.schemas.validation import check_text, check_texts, good_and_bad

FORM: Final = "application/x-www-form-urlencoded"
HTML: Final = "text/html; charset=utf-8"

#: What each value of `explain` asks for: contributions, and effects of leaving words out.
EXPLAIN: Final = {
    "0": (False, False),
    "1": (True, False),
    "2": (True, True),
    "loo": (True, True),
}


def predict_texts(request: Request) -> Reply:
    """Classify one text or a batch."""
    explain, leave_out = explanation_asked_for(request)
    texts, server = texts_in(request), request.server
    if texts.by_item:
        good, bad = good_and_bad(texts, server.settings, server.model.tokenizer)
        found = classify(request, good, explain=explain, leave_out=leave_out)
        return respond(request, batch_document(found, bad, explained=explain))
    pointer, tokenizer = f"/{texts.field}", server.model.tokenizer
    if texts.is_batch:
        check_texts(texts.items, server.settings, tokenizer, pointer)
    else:
        check_text(texts.items[0], server.settings.max_text_chars, tokenizer, pointer)
    as_page = not texts.is_batch and wants_html(request.environ)
    found = classify(request, texts.items, explain=explain or as_page, leave_out=leave_out)
    if as_page:
        return Reply(server.page_of(request.environ, found[0]).encode(), HTML)
    document = predictions_document(found, is_batch=texts.is_batch, explained=explain)
    return respond(request, document)


def texts_in(request: Request) -> Texts:
    """The text or texts in the body of *request*.

    Raises:
        ProblemError: they cannot be read (HTTP 400), or the body claims to be neither JSON nor a
            form (415).
    """
    body, media_type = request.body, request.media_type
    if media_type == FORM:
        return parse_form(body)
    if body and media_type != JSON:
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"The Content-Type is not one that is read here; send {JSON} or {FORM}.",
        )
    return parse_json(body)


def explanation_asked_for(request: Request) -> tuple[bool, bool]:
    """Whether contributions, and effects, are wanted; strict: a misspelt word would go unnoticed.

    Raises:
        ProblemError: there is any other parameter, or another value. HTTP 400.
    """
    query = request.environ.get("QUERY_STRING")
    parameters = parse_qsl(query, keep_blank_values=True) if query else []
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


ROUTES = (Route("/predict", "predict", {"POST": predict_texts}),)
