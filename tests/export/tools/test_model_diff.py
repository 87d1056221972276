"""Two models on the same reviews."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from addsup.export.errors import NotReadable
from addsup.export.graph.model_file import build
from addsup.export.tools.contributions import ask
from addsup.export.tools.model_diff import Comparison, compare, report
from addsup.export.write import write_model
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.data.labelled import LabelledText

from addsup.__main__ import main


@pytest.fixture(scope="module")
def old(article_candidate: TrainedModel) -> Model:
    return Model(build(article_candidate))


@pytest.fixture(scope="module")
def new(trained: TrainedModel) -> Model:
    return Model(build(trained))


@pytest.fixture(scope="module")
def found(old: Model, new: Model, sentences: LabelledText) -> Comparison:
    return compare(old, new, sentences.texts, sentences.labels, sentences.sha256)


def test_every_flip_is_listed_and_no_other(
    found: Comparison, old: Model, new: Model, sentences: LabelledText
) -> None:
    before, after = (
        [each.label for each in model.predict(sentences.texts)] for model in (old, new)
    )

    expected = [
        (review, a, b)
        for review, a, b in zip(sentences.texts, before, after, strict=True)
        if a != b
    ]

    assert expected
    assert [(flip.review, flip.old, flip.new) for flip in found.flips] == expected


def test_the_words_of_a_flip_moved_it_towards_the_new_verdict(found: Comparison) -> None:
    flip = max(found.flips, key=lambda flip: abs(flip.words[0][1]))

    assert flip.words[0][1] > 0
    assert abs(flip.words[0][1]) >= abs(flip.words[-1][1])
    assert all(word in flip.review.lower() for word, _ in flip.words[:1])


def test_counts_add_up(found: Comparison) -> None:
    assert found.new_right - found.old_right == found.only_new - found.only_old
    assert found.only_old + found.only_new == len(found.flips)  # two labels: one of them is right


def test_parts_of_an_answer_add_up_to_its_probabilities(
    new: Model, sentences: LabelledText
) -> None:
    for answer in ask(new, sentences.texts[:50]):
        odds = np.exp(answer.log_odds)
        np.testing.assert_allclose(odds / odds.sum(), answer.probabilities, atol=1e-12)


def test_reviews_that_a_model_was_fitted_on_are_pointed_out(
    found: Comparison, old: Model, new: Model, sentences: LabelledText
) -> None:
    unseen = compare(old, new, sentences.texts, sentences.labels, "0" * 64)

    assert found.seen == ("old", "new")
    assert "Caution" in "\n".join(report(found))
    assert "Caution" not in "\n".join(report(unseen))


def test_reviews_with_other_labels_are_refused(old: Model, new: Model) -> None:
    with pytest.raises(NotReadable, match=r"labels that the models do not know: good"):
        compare(old, new, ["Fine."], ["good"], "")


def test_command_compares_two_files_on_a_file_of_reviews(
    article_candidate: TrainedModel,
    trained: TrainedModel,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_model(tmp_path / "old.onnx", build(article_candidate))
    write_model(tmp_path / "new.onnx", build(trained))
    data = tmp_path / "reviews.csv"
    data.write_text("text,mood\nA wonderful film,positive\nWhat a waste of time,negative\n")
    columns = ["--text-column", "text", "--label-column", "mood"]

    files = [str(tmp_path / name) for name in ("old.onnx", "new.onnx", "reviews.csv")]
    status = main(["diff", *files, *columns])

    out = capsys.readouterr().out
    assert status == 0
    assert "of 2 verdicts flip" in out
    assert "McNemar" in out
