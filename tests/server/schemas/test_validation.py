"""Validation of texts."""

from __future__ import annotations

import pytest

from addsup.inference.analyzer import tokenizer
from addsup.inference.analyzer_settings import ARTICLE
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.schemas.parsing import Texts
from addsup.server.schemas.validation import check_explained, check_request
from addsup.server.settings import Settings

LETTERS = tokenizer(ARTICLE)
SETTINGS = Settings(max_text_chars=10, max_texts=2)


@pytest.mark.parametrize(
    "texts", [Texts(["good"], "text"), Texts(["a", "b"], "texts"), Texts([], "texts")]
)
def test_what_the_model_reads_passes(texts: Texts) -> None:
    check_request(texts, SETTINGS, LETTERS)


@pytest.mark.parametrize(
    ("texts", "problem", "pointer"),
    [
        (Texts([" "], "text"), ProblemType.EMPTY_TEXT, "/text"),
        (Texts(["10/10"], "text"), ProblemType.TEXT_WITHOUT_LETTERS, "/text"),
        (Texts(["a" * 11], "text"), ProblemType.TEXT_TOO_LONG, "/text"),
        (Texts(["a", ""], "texts"), ProblemType.EMPTY_TEXT, "/texts/1"),
        (Texts(["a", ""], "reviews"), ProblemType.EMPTY_TEXT, "/reviews/1"),
        (Texts(["a"] * 3, "texts"), ProblemType.TOO_MANY_TEXTS, "/texts"),
    ],
)
def test_anything_else_is_refused_with_its_place(
    texts: Texts, problem: ProblemType, pointer: str
) -> None:
    with pytest.raises(ProblemError) as refusal:
        check_request(texts, SETTINGS, LETTERS)

    assert (refusal.value.type, refusal.value.pointer) == (problem, pointer)


def test_no_more_words_are_explained_than_may_be() -> None:
    check_explained(["a b", "it's"], 4, LETTERS)

    with pytest.raises(ProblemError, match=r"has 4 words, .* explain=1") as no:
        check_explained(["a b", "it's"], 3, LETTERS)
    assert no.value.type is ProblemType.TOO_MANY_WORDS
