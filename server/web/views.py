"""Views of the page at `/`, for people with a browser."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for

from addsup.inference.predictions import (
    Classification,
    Explanation,
    Prediction,
    WordContribution,
)
from addsup.server.classification import classify
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.http.request import current_request
from addsup.server.schemas.parsing import SINGLE
from addsup.server.schemas.responses import encode_reply, predictions_document
from addsup.server.schemas.validation import check_text
from addsup.server.web import highlight
from addsup.server.web.examples import examples, noun
from addsup.server.web.model_summary import summarise

if TYPE_CHECKING:
    from addsup.inference.model import Model

web = Blueprint("web", __name__)

#: Labels that are all shown in their order; of more, so many that are likeliest.
MOST_SHOWN: Final = 8
#: A lead over the next label that is not worth calling a verdict.
TORN: Final = 0.1
LIKELIEST: Final = 5
FOLDER: Final = Path(__file__).with_name("static")
YEAR: Final = 365 * 24 * 3600


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
    unread: str
    answer: str
    likeliest: list[tuple[str, float]]
    others: list[tuple[str, float]]
    omitted: str = ""

    @property
    def reading(self) -> str:
        """The label, or that two are about as likely; empty without either."""
        found, why = self.prediction, self.explanation
        if why is None or found.probabilities is None:
            return ""
        lead = found.probabilities[why.label] - found.probabilities[why.against]
        return why.label if lead >= TORN else "undecided"


@web.get("/")
def form() -> str:
    """The empty form."""
    return render_form()


@web.post("/")
def verdict() -> str:
    """The form with what was typed, what the model makes of it, and why."""
    return render_page(submitted())


@web.post("/verdict")
def fragment() -> str:
    """The verdict alone, which the page's script puts in place while someone types."""
    found = verdict_of(submitted())
    return render_template(
        "verdict.html",
        verdict=found,
        percent=percent,
        noun=noun(current().model),
        language=language_of(current().model),
    )


def submitted() -> Classification:
    """What the model makes of the text in the form, and why.

    Raises:
        ProblemError: there is no text, or it cannot be classified. HTTP 400, 413.
    """
    if not request.form.keys() & {*SINGLE}:
        raise ProblemError(ProblemType.MISSING_TEXT, "The form has no field named text.", "/text")
    text, server = submitted_text(), current()
    check_text(text, server.settings.max_text_chars, server.model.tokenizer)
    return classify(current_request(request.environ), [text], explain=True)[0]


@web.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that do not look into the page."""
    return current_app.send_static_file("icon.svg")


@web.get("/robots.txt")
def robots() -> Response:
    """Search engines may show the page, and have no business with the rest."""
    return Response("User-agent: *\nAllow: /$\nDisallow: /\n", content_type="text/plain")


def submitted_text() -> str:
    """The text that the current request brought in a form; empty if it brought none.

    Browsers send a form's line ends as CRLF; people typed one character.
    """
    form = request.form
    return form.get("text", form.get("review", "")).replace("\r\n", "\n")


def render_page(found: Classification) -> str:
    """The page with a text and what the model makes of it."""
    return render_form(found.text, verdict_of(found))


def verdict_of(found: Classification) -> Verdict:
    """What there is to show of *found*, which has been explained."""
    model, why = current().model, found.explanation
    labels, answer = model.labels, answer_of(found)
    unread = highlight.unread(found.prediction.unread_letters, model.tokenizer.other_letters)
    if why is None:
        empty = ("", "", "")
        return Verdict(found.prediction, None, {}, [], "", empty, "", unread, answer, [], [])
    likeliest, others = in_two(found.prediction.probabilities or {})
    return Verdict(
        found.prediction,
        why,
        highlight.sides(labels, why),
        list(highlight.pieces(found.text, why, labels)),
        highlight.sentence(found.text, why, labels),
        highlight.sum_of_contributions(why),
        highlight.times(exp(why.log_odds)),
        unread,
        answer,
        likeliest,
        others,
        next((found.text[word.start : word.end] for word in why.words if is_omitted(word)), ""),
    )


def is_omitted(word: WordContribution) -> bool:
    """Whether *word* does not count: a stop word, or a letter alone."""
    return not word.known and (word.lemma is None or word.end - word.start == 1)


def in_two(
    probabilities: dict[str, float],
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """What is shown at once, and what is folded away: of many labels all but the likeliest."""
    if len(probabilities) <= MOST_SHOWN:
        return list(probabilities.items()), []
    ranked = sorted(probabilities.items(), key=lambda pair: -pair[1])
    return ranked[:LIKELIEST], ranked[LIKELIEST:]


def answer_of(found: Classification) -> str:
    """The answer of `POST /predict?explain=1`, from which the page's script goes on."""
    document = predictions_document([found], is_batch=False, explained=True)
    return encode_reply(document, current().settings.max_reply_bytes).decode().strip()


def render_form(
    text: str = "", verdict: Verdict | None = None, problem: ProblemError | None = None
) -> str:
    """The page with *text* in the form, and its verdict or problem."""
    server = current()
    settings, model = server.settings, server.loaded_model
    offered = examples(model) if model else {}
    fitting = {name: text for name, text in offered.items() if len(text) <= settings.max_text_chars}
    return render_template(
        "form.html",
        text=text,
        verdict=verdict,
        problem=problem,
        settings=settings,
        examples=fitting,
        percent=percent,
        noun=noun(model),
        language=language_of(model),
        reads=model.manifest.analyzer.kind if model else "letters",
        labels=model.labels if model else (),
        about=summarise(model) if model else None,
    )


def language_of(model: Model | None) -> str:
    """The language that *model* reads, as two letters; empty if its file does not say."""
    return str(model.manifest.parameters.get("language", "")) if model else ""


def percent(probability: float) -> str:
    """*probability* for people. It never claims a certainty that rounding alone would give."""
    if probability > 0.999:
        return "over 99.9%"
    if probability < 0.001:
        return "under 0.1%"
    return f"{probability:.1%}"


@lru_cache(maxsize=32)
def digest(filename: str) -> str:
    """The first digits of the sha256 of a static file."""
    return hashlib.sha256((FOLDER / filename).read_bytes()).hexdigest()[:12]


def asset(filename: str) -> str:
    """The address of a static file as it is now."""
    return url_for("static", filename=filename, v=digest(filename))


def max_age(filename: str | None) -> int | None:
    """Seconds for which a browser may keep a static file without asking again."""
    version = request.args.get("v")
    return YEAR if filename and version and version == digest(filename) else None


def keep_assets(app: Flask) -> None:
    """Let *app* send its static files so, and its templates say `asset`."""
    app.get_send_file_max_age = max_age  # type: ignore[method-assign]
    app.jinja_env.globals["asset"] = asset
