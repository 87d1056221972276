"""`addsup predict`: label, probabilities and reasons in the terminal."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys

import msgspec
import pytest

from addsup.__main__ import main
from addsup.commands.predict import columns
from addsup.inference.model import Model
from addsup.inference.predictions import Prediction
from addsup.models import SENTIMENT

TEXT = "What a waste of time, awful acting! Awful. But wonderful."
MODEL = Model.load(SENTIMENT)


def test_label_and_probabilities_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    (expected,) = MODEL.predict([TEXT])
    assert expected.label and expected.probability

    assert main(["predict", TEXT]) == 0

    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"{expected.label} {expected.probability:.1%} (")


def test_words_are_sorted_by_weight_and_add_up_to_the_log_odds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ((_, why),) = MODEL.explain([TEXT])
    assert why

    assert main(["predict", TEXT]) == 0

    rows = re.findall(r"^  (\S+) +([+-]\d+\.\d\d)", capsys.readouterr().out, re.MULTILINE)
    *words, (intercept, _), (total, log_odds) = rows
    weights = [abs(float(weight)) for _, weight in words]
    assert (intercept, total) == ("intercept", "log-odds")
    assert weights == sorted(weights, reverse=True)
    assert len({word for word, _ in words}) == len(words), "a word that comes twice is one row"
    assert float(log_odds) == pytest.approx(why.log_odds, abs=0.01)
    assert sum(float(weight) for _, weight in rows[:-1]) == pytest.approx(
        why.log_odds, abs=0.01 * len(rows)
    )


def test_long_texts_have_their_last_words_summed(capsys: pytest.CaptureFixture[str]) -> None:
    vocabulary = " ".join(MODEL.manifest.vocabulary[:40])

    assert main(["predict", vocabulary]) == 0

    out = capsys.readouterr().out
    assert re.search(r"^  \d+ more words +[+-]\d", out, re.MULTILINE)
    assert len(out.splitlines()) == 1 + 20 + 1 + 2


def test_json_is_what_predict_gives_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [TEXT, "Zxqv.", "Wonderful!"]

    assert main(["predict", "--json", *texts]) == 0

    lines = capsys.readouterr().out.splitlines()
    found = [msgspec.json.decode(line, type=Prediction) for line in lines]
    assert found == [MODEL.predict([text])[0] for text in texts]


def test_lines_of_standard_input_are_texts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = f"{TEXT}\r\n\nWonderful\xff".encode("latin-1")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert main(["predict", "--json"]) == 0

    labels = [msgspec.json.decode(line)["label"] for line in capsys.readouterr().out.splitlines()]
    assert labels == ["negative", None, "positive"]


def test_without_a_known_word_it_says_why_there_is_no_label(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["predict", "Zxqv."]) == 0

    assert capsys.readouterr().out.startswith("No label. The model knows none of these words")


def in_a_terminal(**environment: str) -> bytes:
    """What `addsup predict` writes to a terminal."""
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "addsup", "predict", TEXT],
        stdout=theirs,
        env={**os.environ, **environment},
        check=True,
    )
    os.close(theirs)
    written = os.read(ours, 100_000)
    os.close(ours)
    return written


def test_colour_is_for_terminals_that_want_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert b"\x1b[" in in_a_terminal(NO_COLOR="")
    assert b"\x1b[" not in in_a_terminal(NO_COLOR="1")

    assert main(["predict", TEXT]) == 0
    assert "\x1b[" not in capsys.readouterr().out


@pytest.mark.parametrize(("word", "width"), [("film", 4), ("\u6620\u753b", 4), ("nai\u0308ve", 5)])
def test_columns_of_a_word_are_those_of_a_terminal(word: str, width: int) -> None:
    assert columns(word) == width
