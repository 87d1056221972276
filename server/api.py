"""`POST /predict`: JSON in, JSON out."""

from __future__ import annotations

from flask import Blueprint, Response, request

from server.current import current_model, current_settings
from server.decoding import decode
from server.documents import batch_document, prediction_document, respond
from server.errors import UnsupportedMediaType
from server.limits import check_review, check_reviews

api = Blueprint("api", __name__)


@api.post("/predict")
def predict() -> Response:
    """Classify one review or a batch."""
    asked = decode(json_body())
    settings = current_settings()
    if isinstance(asked, str):
        check_review(asked, settings.max_review_chars)
        return respond(prediction_document(current_model().predict([asked])[0]))
    check_reviews(asked, settings.max_reviews, settings.max_review_chars)
    return respond(batch_document(current_model().predict(asked)))


def json_body() -> bytes:
    """The body of the current request; empty if it has none.

    Raises:
        UnsupportedMediaType: there is a body, and it does not claim to be JSON. HTTP 415.
    """
    body = request.get_data(cache=False)
    if body and request.mimetype != "application/json":
        raise UnsupportedMediaType(
            f"The Content-Type is {request.mimetype or 'missing'}; send JSON with the header "
            "Content-Type: application/json."
        )
    return body
