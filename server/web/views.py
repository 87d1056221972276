"""The form at `/`, for people with a browser."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Any, Final

from flask import Blueprint, g, render_template, request

from server.errors import MissingReview, NotReady, Problem
from server.extensions import current_model, current_settings
from server.inference.explain import Explanation
from server.inference.model import Prediction
from server.schemas.validation import check_review
from server.web import highlight
from server.web.model_summary import about

page = Blueprint("page", __name__)

#: Reviews to try, written for this page: what it is called -> what it says.
EXAMPLES: Final = {
    "A clear no": "What a waste of time. The acting is awful, the jokes are worse. I left early.",
    "A clear yes": "A wonderful film! Great cast, beautiful music, and I loved every minute of it.",
    "Torn": "The plot is bad and far too long, but the cast is great and the music is lovely.",
    "Irony": "Oh great, two more hours of my life that I will never get back. Just what I needed.",
    "A long one": (
        "I expected very little. For the first half hour that is what I got: a slow start, flat "
        "jokes, and a plot that I had seen before.\nThen the daughter comes home, and the film "
        "wakes up. The two leads are wonderful together. The music is beautiful and never gets in "
        "the way. Even the dog can act! I could have done without the car chase, which is stupid "
        "and far too long. But the last scene is excellent, and half of the audience cried."
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A prediction with its reasons, as the template shows them."""

    prediction: Prediction
    explanation: Explanation | None
    sides: dict[str, str]
    pieces: list[highlight.Piece]
    sentence: str
    sum: tuple[str, str, str]
    times: str


@page.get("/")
def form() -> str:
    """The empty form."""
    return render_form()


@page.post("/")
def verdict() -> str:
    """The form with what was typed, what the model makes of it, and why."""
    review = request.form.get("review")
    if review is None:
        raise MissingReview("The form has no field named review.", "/review")
    # Browsers send a form's line ends as CRLF; people typed one character.
    g.review = review = review.replace("\r\n", "\n")
    check_review(review, current_settings().max_review_chars)
    return render_form(judge(review))


def judge(review: str) -> Verdict:
    """What the current model makes of *review*, and why."""
    model = current_model()
    ((prediction, why),) = model.explain([review])
    if why is None:
        return Verdict(prediction, None, {}, [], "", ("", "", ""), "")
    return Verdict(
        prediction,
        why,
        highlight.sides(model.labels, why),
        list(highlight.pieces(review, why, model.labels)),
        highlight.sentence(review, why, model.labels),
        highlight.sum_of_parts(why),
        highlight.times(exp(why.log_odds)),
    )


def render_form(verdict: Verdict | None = None, problem: Problem | None = None) -> str:
    """The page with the review that the current request brought, and its verdict or problem."""
    settings = current_settings()
    fitting = {
        name: text for name, text in EXAMPLES.items() if len(text) <= settings.max_review_chars
    }
    return render_template(
        "form.html",
        review=g.get("review", ""),
        verdict=verdict,
        problem=problem,
        settings=settings,
        examples=fitting,
        percent=percent,
        **model_facts(),
    )


def model_facts() -> dict[str, Any]:
    """The model's labels and description; nothing of the kind while there is no model."""
    try:
        model = current_model()
    except NotReady:
        return {"labels": (), "about": None}
    return {"labels": model.labels, "about": about(model)}


def percent(probability: float) -> str:
    """*probability* for people. It never claims a certainty that rounding alone would give."""
    if probability > 0.999:
        return "over 99.9%"
    if probability < 0.001:
        return "under 0.1%"
    return f"{probability:.1%}"
