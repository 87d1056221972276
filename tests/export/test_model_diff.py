"""Two models on the same reviews."""

from __future__ import annotations

import re

import pytest

from addsup.export.tools.model_diff import ModelDiff, diff_lines, model_diff
from addsup.inference.model import Model
from addsup.train.artifact import TrainedModel
from addsup.train.data.dataset import LabelledText
from addsup.train.errors import BadData
from tests.export.small import exported


@pytest.fixture(scope="module")
def old(article_candidate: TrainedModel) -> Model:
    return Model(exported(article_candidate))


@pytest.fixture(scope="module")
def new(trained: TrainedModel) -> Model:
    return Model(exported(trained))


@pytest.fixture(scope="module")
def found(old: Model, new: Model, sentences: LabelledText) -> ModelDiff:
    return model_diff(old, new, sentences.texts, sentences.labels, sentences.sha256)


def test_every_flip_is_listed_and_no_other(
    found: ModelDiff, old: Model, new: Model, sentences: LabelledText
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
    assert [(flip.text, flip.old, flip.new) for flip in found.flips] == expected


def test_the_words_of_a_flip_moved_it_towards_the_new_verdict(found: ModelDiff) -> None:
    flip = max(found.flips, key=lambda flip: abs(flip.words[0][1]))

    assert flip.words[0][1] > 0
    assert abs(flip.words[0][1]) >= abs(flip.words[-1][1])
    assert all(word in flip.text.lower() for word, _ in flip.words[:1])


def test_reviews_that_a_model_was_fitted_on_are_pointed_out(
    found: ModelDiff, old: Model, new: Model, sentences: LabelledText
) -> None:
    unseen = model_diff(old, new, sentences.texts, sentences.labels, "0" * 64)

    assert found.seen == ("old", "new")
    assert "Caution" in "\n".join(diff_lines(found))
    assert "Caution" not in "\n".join(diff_lines(unseen))


def test_reviews_with_other_labels_are_refused(old: Model, new: Model) -> None:
    with pytest.raises(BadData, match=r"labels that the models do not know: good"):
        model_diff(old, new, ["Fine."], ["good"], "")


def test_the_lines_name_flips_words_and_whether_it_is_chance(found: ModelDiff) -> None:
    *_, counts, old, _, chance, _, _ = diff_lines(found)

    assert counts == f"{len(found.flips)} of 1,000 labels flip."
    assert old == f"The old model has {found.old_right.sum()} right ({found.old_right.mean():.1%})."
    only_old, only_new = map(int, re.findall(r"(?:old|new): (\d+)", chance))
    assert only_old + only_new == len(found.flips), "of two labels, one is right"
    assert only_new - only_old == found.new_right.sum() - found.old_right.sum()
