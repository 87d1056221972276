from __future__ import annotations

from addsup.inference.model import Model
from addsup.score.columns import Wanted, score_texts
from addsup.score.counts import Counts, counts_of
from tests.score.conftest import TEXTS


def test_counts_are_those_of_the_rows(model: Model) -> None:
    found = counts_of(score_texts(model, TEXTS, {}, Wanted(prefix="x_")), "x_")

    assert found.rows == len(TEXTS)
    assert found.labels == {"positive": 2, "negative": 1}
    assert found.errors == {"text_without_letters": 1, "empty_text": 1}
    assert 0 < found.known_words < found.words


def test_counts_add_up() -> None:
    one, other = Counts(2, {"a": 2}, {}, 5, 3), Counts(3, {"a": 1, "b": 1}, {"x": 1}, 1, 1)

    assert one + other == Counts(5, {"a": 3, "b": 1}, {"x": 1}, 6, 4)
    assert one + Counts() == one
