"""`POST /predict`: JSON or a form in; JSON out, or the page where HTML is asked for."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, g, make_response, request

from server.errors import BadParameter, UnsupportedMediaType
from server.extensions import current_model, current_settings
from server.inference.model import Model
from server.middleware.request_body import current_body
from server.schemas.negotiation import wants_html
from server.schemas.parsing import decode, decode_form
from server.schemas.responses import (
    BatchDocument,
    PredictionDocument,
    batch_document,
    explained_document,
    prediction_document,
    respond,
)
from server.schemas.validation import check_review, check_reviews
from server.settings import Settings
from server.web.views import judge, render_form

api = Blueprint("api", __name__)

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
YES_OR_NO: Final = {"0": False, "1": True}


@api.post("/predict")
def predict() -> Response:
    """Classify one review or a batch."""
    explain = wants_explanation()
    asked = asked_reviews()
    settings = current_settings()
    if isinstance(asked, str):
        g.review = asked  # for the page, should it be wanted, or have to show an error
    check(asked, settings)
    if isinstance(asked, str) and wants_html():
        return make_response(render_form(judge(asked)))
    return respond((explained if explain else predicted)(asked, current_model()))


def check(asked: str | list[str], settings: Settings) -> None:
    """Refuse a review, or a batch, that is not what the model reads.

    Raises:
        Problem: as for `check_review` and `check_reviews`.
    """
    if isinstance(asked, str):
        check_review(asked, settings.max_review_chars)
    else:
        check_reviews(asked, settings.max_reviews, settings.max_review_chars)


def predicted(asked: str | list[str], model: Model) -> PredictionDocument | BatchDocument:
    """The answer to one review, or to a batch."""
    if isinstance(asked, str):
        return prediction_document(model.predict([asked])[0])
    return batch_document(model.predict(asked))


def explained(asked: str | list[str], model: Model) -> PredictionDocument | BatchDocument:
    """The same with reasons."""
    if isinstance(asked, str):
        return explained_document(asked, *model.explain([asked])[0])
    whys = zip(asked, model.explain(asked), strict=True)
    return BatchDocument([explained_document(review, *why) for review, why in whys])


def asked_reviews() -> str | list[str]:
    """The review or reviews in the body of the current request.

    Raises:
        BadRequest: they cannot be read. HTTP 400.
        UnsupportedMediaType: the body claims to be neither JSON nor a form. HTTP 415.
    """
    body = current_body()
    if request.environ.get("CONTENT_TYPE") == JSON:
        return decode(body)
    media_type = request.mimetype  # without its parameters, which takes longer
    if media_type == FORM:
        return decode_form(body)
    if body and media_type != JSON:
        raise UnsupportedMediaType(
            f"The Content-Type is not one that is read here; send {JSON} or {FORM}."
        )
    return decode(body)


def wants_explanation() -> bool:
    """Whether `?explain=1` is in the query; strict, since a misspelt one would go unnoticed.

    Raises:
        BadParameter: there is any other parameter, or another value. HTTP 400.
    """
    if not request.environ.get("QUERY_STRING"):
        return False
    parameters = list(request.args.items(multi=True))
    for name, value in parameters:
        if name != "explain":
            raise BadParameter("The only query parameter here is explain.", parameter=name[:60])
        if value not in YES_OR_NO or len(parameters) > 1:
            raise BadParameter("Give explain once, as 0 or 1.", parameter="explain")
    return any(YES_OR_NO[value] for _, value in parameters)
