"""Parts of the page: marks, charts, examples, the model's summary, files."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from addsup.inference.manifest import Bin, Confused, Figures, Golden, HeldOut
from addsup.inference.predictions import Explanation, WordContribution
from addsup.server.web.charts import confusion, reliability, shortened
from addsup.server.web.examples import examples, noun
from addsup.server.web.highlight import pieces, sentence, sides, sum_of_contributions, times
from addsup.server.web.model_summary import lesson, listed
from addsup.server.web.views import digest

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


def test_rounded_numbers_still_add_up() -> None:
    why = Explanation("negative", "positive", 0.1318, 0.1264, ())

    assert sum_of_contributions(why) == ("+0.126", "+0.006", "+0.132")


@pytest.mark.parametrize(("ratio", "shown"), [(1.24, "1.2"), (23.4, "23"), (2e6, "over 1,000")])
def test_times_has_no_more_digits_than_mean_something(ratio: float, shown: str) -> None:
    assert times(ratio) == shown


def test_any_other_has_its_own_texts_the_surest_and_the_most_torn() -> None:
    golden = [
        Golden("Pay now.", (0.9, 0.1)),
        Golden("Pay at the beach. ", (0.55, 0.45)),
        Golden("To the beach!", (0.2, 0.8)),
        Golden("beach " * 200, (0.1, 0.9)),
    ]
    manifest = SimpleNamespace(
        labels=("invoice", "holiday"), golden=golden, data=SimpleNamespace(name="mail.csv")
    )
    model: Any = Hashable(manifest=manifest)

    assert examples(model) == {
        "Surely invoice": "Pay now.",
        "Surely holiday": "To the beach!",
        "Torn": "Pay at the beach.",
    }
    assert noun(model) == "text"


class Hashable(SimpleNamespace):
    """A stand-in that a cache can hold."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def test_model_is_described_on_the_page(client: FlaskClient) -> None:
    text = client.get("/").text

    for said in (
        "About the model",
        "Confusion matrix.",
        "Reliability plot.",
        "95% interval",
        "Irony",
    ):
        assert said in text


def test_confusion_says_where_each_label_goes() -> None:
    chart = confusion(("bad", "fair", "good"), [[8, 2, 0], [1, 6, 3], [0, 0, 0]])

    assert chart.said == (
        "Of the texts labelled \u201cbad\u201d, 80% were read so, 20% as \u201cfair\u201d. "
        "Of the texts labelled \u201cfair\u201d, 60% were read so, 30% as \u201cgood\u201d, "
        "10% as \u201cbad\u201d. Of the texts labelled \u201cgood\u201d, 0% were read so."
    )
    assert [cell.share for cell in chart.cells] == [0.8, 0.2, 0, 0.1, 0.6, 0.3, 0, 0, 0]
    assert [cell.right for cell in chart.cells].count(True) == 3


def test_reliability_puts_each_bin_in_its_place() -> None:
    chart = reliability([Bin(0.5, 0.75, 100), Bin(1.0, 1.0, 25)], labels=2)

    assert chart.low == 0.5
    assert [(p.x, p.y, p.r) for p in chart.points] == [(0, 50, 5), (100, 0, 3.25)]
    assert chart.said.startswith("Of 100 verdicts given with about 50%, 75% were right; of 25")


@pytest.mark.parametrize(
    ("observed", "says"), [(0.8, "can be believed"), (0.9, "more often"), (0.7, "less often")]
)
def test_lesson_compares_claim_and_truth(observed: float, says: str) -> None:
    assert says in lesson([Bin(0.8, observed, 10)])


def test_long_label_is_shortened() -> None:
    assert shortened("a label that goes on") == "a label that go\N{HORIZONTAL ELLIPSIS}"


def test_of_many_labels_the_most_confused_are_told_instead_of_a_matrix() -> None:
    labels = tuple(f"label {number:02}" for number in range(13))
    counts = [[0] * 13 for _ in labels]
    counts[3][4], counts[5][5], counts[0][1] = 7, 9, 2
    figures = Figures(protocol="", held_out=HeldOut(18, 0.5, tuple(map(tuple, counts))))

    assert figures.confused(labels) == (
        Confused("label 03", "label 04", 7),
        Confused("label 00", "label 01", 2),
    )
    assert listed([*labels] * 2).endswith("label 06, … (26 labels)")


def test_the_page_names_its_files_with_their_digests(client: FlaskClient) -> None:
    found = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/", buffered=True).text)

    assert len(found) == 3
    for address in found:
        reply = client.get(address, buffered=True)
        assert "max-age=31536000" in reply.headers["Cache-Control"]


def test_under_any_other_address_a_file_is_asked_for_again(client: FlaskClient) -> None:
    for address in (
        "/static/page.js",
        "/static/page.js?v=0",
        "/static/style.css?v=" + digest("page.js"),
    ):
        assert "no-cache" in client.get(address, buffered=True).headers["Cache-Control"]
