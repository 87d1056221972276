"""Texts of other alphabets: trained on, exported, served, shown, and explained where they stand."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.languages import write
from tests.live import ROOT, LiveServer, running_server

#: Language -> its options, a text with combining characters, its label, and its words as typed.
CASES = {
    "de": (
        ("--language", "de", "--stem"),
        "Scho\u0308ne Musik, großartige Geschichte! \U0001f600",
        "positiv",
        ["Scho\u0308ne", "Musik", "großartige", "Geschichte"],
    ),
    "ru": (
        (),
        "Скучная и\u0306гра, плохая история \U0001f44d\U0001f3fd.",
        "плохо",
        ["Скучная", "и\u0306гра", "плохая", "история"],
    ),
    "hi": ((), "शानदार फ़िल्म, सुंदर संगीत!", "अच्छा", ["शानदार", "फ़िल्म", "सुंदर", "संगीत"]),
}


def train(folder: Path, language: str, options: tuple[str, ...]) -> str:
    write(folder / "texts.csv", language)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "addsup", "train", "--data", folder / "texts.csv", "--quiet"),
            *("--text-column", "text", "--label-column", "label", "--repeats", "0"),
            *("--export", folder / "model.onnx", *options),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(
    scope="module",
    params=[pytest.param("de", marks=pytest.mark.data), "ru", "hi"],
)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, LiveServer]]:
    folder = tmp_path_factory.mktemp(request.param)
    printed = train(folder, request.param, CASES[request.param][0])
    with running_server(MODEL_PATH=str(folder / "model.onnx")) as server:
        yield request.param, printed, server


@pytest.mark.slow
def test_training_says_that_it_reads_words_of_any_alphabet(
    served: tuple[str, str, LiveServer],
) -> None:
    _, printed, _ = served

    assert "of the letters are outside a to z: words of any alphabet are read" in printed


@pytest.mark.slow
def test_words_are_explained_where_they_stand_and_add_up(
    served: tuple[str, str, LiveServer],
) -> None:
    language, _, server = served
    _, text, label, typed = CASES[language]

    answer = server.ask(
        "/predict?explain=1",
        "POST",
        f'{{"review": "{text}"}}'.encode(),
        Content_Type="application/json",
    ).json

    why = answer["explanation"]
    assert answer["label"] == label
    assert [each["word"] for each in why["words"]] == typed
    assert [text[each["start"] : each["end"]] for each in why["words"]] == typed
    total = why["intercept"] + sum(each["contribution"] for each in why["words"])
    odds = answer["probabilities"][why["label"]] / answer["probabilities"][why["against"]]
    assert total == pytest.approx(math.log(odds), rel=1e-9)


@pytest.mark.slow
def test_the_page_shows_the_verdict_with_its_words_marked(
    served: tuple[str, str, LiveServer],
) -> None:
    language, _, server = served
    _, text, label, _ = CASES[language]

    page = server.ask(
        "/",
        "POST",
        f"review={quote(text)}",
        Content_Type="application/x-www-form-urlencoded",
    ).text

    assert f"><bdi>{label}</bdi></strong>" in page
    assert 'class="word ' in page
    assert "letters a to z" not in page
    assert 'data-reads="word"' in page


@pytest.mark.slow
def test_a_text_without_words_is_refused_in_the_model_s_own_terms(
    served: tuple[str, str, LiveServer],
) -> None:
    *_, server = served

    answer = server.predict({"review": "!!! \U0001f600"})

    assert answer.status == 400
    assert answer.json["detail"] == "The text has no word that the model could read."
    assert server.ask("/openapi.json").text.count("[a-zA-Z]") == 0
