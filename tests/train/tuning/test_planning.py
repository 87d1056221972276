from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from addsup.inference.analyzer import Normaliser
from addsup.train.cli import Options, parse
from addsup.train.data.dataset import imdb_sentences
from addsup.train.data.preprocess import Prepared, prepare
from addsup.train.errors import BadOption
from addsup.train.tuning.planning import evaluations, plan_recipe


@pytest.fixture(scope="module")
def prepared(data_cache: Path) -> Prepared:
    normaliser = Normaliser(frozenset({"the"}), str)
    return prepare(imdb_sentences(data_cache), None, {"all": normaliser}, lambda items, _: items)


def options(*typed: str) -> Options:
    return parse([*typed, "--quiet"])


def test_article_settings_alone_are_tried_without_tuning(prepared: Prepared) -> None:
    recipe, planned = plan_recipe(prepared, options("--no-tune"))

    assert len(planned.settings) == 1
    assert (planned.splits, planned.repeats) == (20, 3)
    assert not recipe.tune


def test_settings_within_the_bounds_are_tried(prepared: Prepared) -> None:
    recipe, planned = plan_recipe(prepared, options("--max-terms", "100"))

    assert {setting.max_features for setting in planned.settings} == {100}
    assert recipe.settings == planned.settings


def test_bounds_that_leave_nothing_are_refused(prepared: Prepared) -> None:
    with pytest.raises(BadOption, match="Nothing is left to try: allow more"):
        plan_recipe(prepared, options("--max-memory", "1k"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ([], [(20, 3), (20, 1), (5, 1), (1, 1), (1, 0)]),
        (["--repeats", "2"], [(20, 2), (5, 2), (1, 2)]),
        (["--repeats", "0"], [(1, 0)]),
    ],
)
def test_fewer_evaluations_come_after_more(
    prepared: Prepared, typed: list[str], expected: list[tuple[int, int]]
) -> None:
    assert evaluations(prepared, options(*typed)) == expected


def test_every_row_is_trained_on(prepared: Prepared) -> None:
    np.testing.assert_array_equal(prepared.rows, np.arange(1_000))
