"""Replies: HTML or JSON, and no larger than may be."""

from __future__ import annotations

import pytest

from addsup.inference.predictions import Classification, Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.schemas.negotiation import encode_reply, wants_html
from addsup.server.schemas.responses import encode, predictions_document


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
