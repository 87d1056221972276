"""Replies: HTML or JSON, and no larger than may be."""

from __future__ import annotations

import json

import pytest

from addsup.inference.predictions import Classification, Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.schemas.responses import (
    encode,
    encode_reply,
    predictions_document,
    problem_document,
    wants_html,
)

FOUND = [Classification("a", Prediction("x", 0.75, {"x": 0.75, "y": 0.25}, 2, 1))]


@pytest.mark.parametrize("reason", [None, "Nothing is known."])
@pytest.mark.parametrize("unread", [0, 3])
def test_a_prediction_is_sent_with_the_members_of_its_document(
    reason: str | None, unread: int
) -> None:
    label = None if reason else "x"
    prediction = Prediction(label, 0.75, {"x": 0.75, "y": 0.25}, 2, 1, reason, unread)
    found = [Classification("a", prediction)]

    sent = encode(predictions_document(found, is_batch=True))
    explained = encode(predictions_document(found, is_batch=True, explained=True))

    assert sent == explained.replace(b',"explanation":null', b"")
    (read,) = json.loads(sent)["predictions"]
    assert (read.get("reason"), read.get("unread_letters", 0)) == (reason, unread)


def test_an_explanation_that_was_asked_for_is_null_where_there_is_none() -> None:
    document = predictions_document(FOUND, is_batch=False, explained=True)

    assert json.loads(encode(document))["explanation"] is None


def test_a_problem_says_where_it_is_only_if_that_is_known() -> None:
    here = ProblemError(ProblemType.EMPTY_TEXT, "It is empty.", "/texts/3")
    nowhere = ProblemError(ProblemType.NOT_READY, "Ask again.")

    document = json.loads(encode(problem_document(here, "7", protocol_v2=True)))
    assert document["errors"] == [{"detail": "It is empty.", "pointer": "/texts/3"}]
    assert (document["instance"], document["error"]) == ("7", "It is empty.")
    assert "errors" not in json.loads(encode(problem_document(nowhere)))


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/json, text/html;q=0.9", False),
    ],
)
def test_html_is_for_those_who_like_it_better(accept: str, html: bool) -> None:
    assert wants_html({"HTTP_ACCEPT": accept}) is html


def test_a_reply_that_would_be_too_large_is_refused_with_what_to_do() -> None:
    document = predictions_document(
        [Classification("a", Prediction(None, None, None, 1, 0))] * 1000, is_batch=True
    )
    size = len(encode(document))

    assert encode_reply(document, size) == encode(document)
    with pytest.raises(ProblemError, match=f"would have {size:,} bytes.*ask for less") as refused:
        encode_reply(document, size - 1)
    assert refused.value.type is ProblemType.REPLY_TOO_LARGE
