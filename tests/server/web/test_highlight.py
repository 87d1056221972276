"""A verdict's reasons in marked pieces and in a sentence, for any labels."""

from __future__ import annotations

import pytest

from addsup.inference.predictions import Explanation, WordContribution
from addsup.server.web.highlight import pieces, sentence, sides, signed, sum_of_contributions, times

TWO = ("negative", "positive")
FIVE = ("1", "2", "3", "4", "5")


def explanation(
    text: str, *parts: float, label: str = "negative", against: str = "positive"
) -> Explanation:
    """Each word of *text* with one of *parts*; None for a word that is not known."""
    words, start = [], 0
    for word, part in zip(text.split(), parts, strict=True):
        start = text.index(word, start)
        words.append(WordContribution(start, start + len(word), word.lower(), bool(part), part))
        start += len(word)
    return Explanation(label, against, sum(parts), 0.0, tuple(words))


def test_pieces_join_up_to_the_text() -> None:
    text = " Awful  \U0001f600\nplot, but  great "
    why = explanation(" Awful  \U0001f600\nplot, but  great ", 2.0, 0.0, 0.4, 0.0, -1.0)

    cut = list(pieces(text, why, TWO))

    assert "".join(piece.text for piece in cut) == text


def test_marks_say_direction_and_strength() -> None:
    why = explanation("awful plot great dull", 2.0, 0.7, -1.0, 0.05)

    marks = [
        (p.text, p.side, p.step, p.contribution)
        for p in pieces("awful plot great dull", why, TWO)
        if p.step
    ]

    assert marks == [
        ("awful", "a", 5, "+2.00"),
        ("plot", "a", 2, "+0.70"),
        ("great", "b", 3, "\N{MINUS SIGN}1.00"),
    ]


def test_word_of_little_weight_stays_little_where_nothing_weighs_more() -> None:
    (piece,) = pieces("plot", explanation("plot", 0.03), TWO)

    assert piece.step == 1


@pytest.mark.parametrize(("label", "against"), [("negative", "positive"), ("positive", "negative")])
def test_a_label_keeps_its_side_whichever_wins(label: str, against: str) -> None:
    why = explanation("plot", 1.0, label=label, against=against)

    assert sides(TWO, why) == {"negative": "a", "positive": "b"}


@pytest.mark.parametrize(
    ("text", "parts", "said"),
    [
        (
            "awful waste plot",
            (2.0, 1.0, 0.9),
            "\u201cawful\u201d and \u201cwaste\u201d weigh most for negative.",
        ),
        ("awful film", (2.0, 0.1), "\u201cawful\u201d weighs most for negative."),
        (
            "awful great",
            (2.0, -1.5),
            "\u201cawful\u201d weighs most for negative; \u201cgreat\u201d weighs most against it.",
        ),
        (
            "great film",
            (-1.0, -0.5),
            "No word speaks for negative: the model leans that way by itself; "
            "\u201cgreat\u201d weighs most against it.",
        ),
        ("and", (0.0,), "No word speaks for negative: the model leans that way by itself."),
        (
            "awful Awful dull",
            (1.0, 1.0, 1.5),
            "\u201cawful\u201d and \u201cdull\u201d weigh most for negative.",
        ),
    ],
)
def test_sentence_names_the_words_that_weigh_most(
    text: str, parts: tuple[float, ...], said: str
) -> None:
    assert sentence(text, explanation(text, *parts), TWO) == said


def test_sentence_names_the_runner_up_of_more_than_two() -> None:
    why = explanation("gun love", 2.0, 1.0, label="4", against="5")

    assert (
        sentence("gun love", why, FIVE)
        == "\u201cgun\u201d and \u201clove\u201d weigh most for 4 over 5."
    )


@pytest.mark.parametrize(
    ("contribution", "shown"), [(1.234, "+1.23"), (-0.5, "\N{MINUS SIGN}0.50"), (0, "+0.00")]
)
def test_numbers_have_their_sign(contribution: float, shown: str) -> None:
    assert signed(contribution) == shown


def test_rounded_numbers_still_add_up() -> None:
    why = Explanation("negative", "positive", 0.1318, 0.1264, ())

    assert sum_of_contributions(why) == ("+0.126", "+0.006", "+0.132")


@pytest.mark.parametrize(("ratio", "shown"), [(1.24, "1.2"), (23.4, "23"), (2e6, "over 1,000")])
def test_times_has_no_more_digits_than_mean_something(ratio: float, shown: str) -> None:
    assert times(ratio) == shown
