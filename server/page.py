"""The form at `/`, for people with a browser."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from server.current import current_model, current_settings
from server.errors import MissingReview, NotReady, Problem
from server.limits import check_review
from server.model import Prediction

page = Blueprint("page", __name__)


@page.get("/")
def form() -> str:
    """The empty form."""
    return render_form()


@page.post("/")
def verdict() -> str:
    """The form with what was typed, and what the model makes of it."""
    review = request.form.get("review")
    if review is None:
        raise MissingReview("The form has no field named review.", "/review")
    g.review = review
    check_review(review, current_settings().max_review_chars)
    return render_form(current_model().predict([review])[0])


def render_form(prediction: Prediction | None = None, problem: Problem | None = None) -> str:
    """The page with the review that the current request brought, and its verdict or problem."""
    return render_template(
        "form.html",
        review=g.get("review", ""),
        labels=labels(),
        prediction=prediction,
        problem=problem,
        percent=percent,
    )


def labels() -> tuple[str, ...]:
    """The model's labels; none while there is no model, so that the page can say so."""
    try:
        return current_model().labels
    except NotReady:
        return ()


def percent(probability: float) -> str:
    """*probability* for people. It never claims a certainty that rounding alone would give."""
    if probability > 0.999:
        return "over 99.9%"
    if probability < 0.001:
        return "under 0.1%"
    return f"{probability:.1%}"
