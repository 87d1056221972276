"""Tuning keeps within its bounds and says what it omits."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addsup.inference.analyzer import Normaliser
from addsup.train.data.corpus import Corpus
from addsup.train.data.dataset import imdb_sentences
from addsup.train.data.preprocess import Prepared, prepare
from addsup.train.errors import BadOption
from addsup.train.hyperparameters import Setting, untuned, vectorisers
from addsup.train.options import TrainOptions
from addsup.train.tuning import bounds
from addsup.train.tuning.bounds import affordable, counting_memory, machine_memory
from addsup.train.tuning.planning import Plan, plan_evaluations, plan_recipe, seconds_of_search
from addsup.train.wording import size_text

RANDOM = np.random.default_rng(0)
WORDS = [f"word{n}" for n in range(400)]
TEXTS = [" ".join(RANDOM.choice(WORDS, 12)) for _ in range(2_400)]
CORPUS = Corpus.of({"all": TEXTS, "none": TEXTS}, ["a", "b"] * 1_200)
ROWS = np.arange(len(CORPUS))


def bounded(terms: int, memory: int = 10**12) -> TrainOptions:
    return TrainOptions(max_terms=terms, max_memory=memory)


def test_within_bounds_everything_is_tried_once() -> None:
    settings, notes = affordable(CORPUS, ROWS, vectorisers("gaussian"), bounded(10**9))

    assert not notes
    assert len(settings) == len(set(settings)) == 18, "2,000 commonest of 400 words are all of them"
    assert {each.ngram_range for each in settings} == {(1, 1), (1, 2)}


def test_of_too_many_terms_the_commonest_are_counted_and_that_is_said_once() -> None:
    settings, notes = affordable(CORPUS, ROWS, vectorisers("gaussian"), bounded(5_000))

    pairs = {each.max_features for each in settings if each.ngram_range == (1, 2)}
    assert pairs == {2_000, 5_000}
    (sentence,) = notes
    assert "Of the terms of up to 2 words only the 5,000 commonest are counted" in sentence
    assert "--max-terms" in sentence


def test_the_article_s_number_of_terms_is_bounded_too() -> None:
    settings, _ = affordable(CORPUS, ROWS, vectorisers("gaussian"), bounded(300))

    assert {each.max_features for each in settings} == {300}
    assert len(settings) == 12, "2,000 terms, and all of them, are 300 each"


def test_what_needs_too_much_memory_is_not_tried() -> None:
    needed = counting_memory(CORPUS, "all", (1, 2))

    settings, notes = affordable(CORPUS, ROWS, vectorisers("gaussian"), bounded(10**9, needed - 1))

    assert {each.ngram_range for each in settings} == {(1, 1)}
    assert "Settings with terms of up to 2 words that need about" in notes[0]
    assert affordable(CORPUS, ROWS, vectorisers("gaussian"), bounded(10**9, 1_000))[0] == ()


def test_less_time_means_fewer_evaluations_and_then_fewer_settings() -> None:
    settings = tuple(Setting(ngram_range=(1, n)) for n in (1, 2, 3))

    def planned(minutes: float) -> Plan:
        return plan_evaluations(settings, [1.0, 2.0, 3.0], minutes, (3, 1, 0))

    assert planned(6 * 32 / 60) == Plan(settings, 3)
    once = planned(6 * 12 / 60)
    assert once.repeats == 1
    assert "cross-validation is done 1 of 3 times" in once.notes[0]
    least = planned(6 * 2 / 60)
    assert (least.settings, least.repeats) == (settings, 0)
    fewer = planned(3 * 2 / 60)
    assert fewer.settings == settings[:2]
    assert "1 of 3 settings are not tried" in fewer.notes[1]
    assert planned(1e-6).settings == settings[:1], "something is always tried"


def test_the_plan_follows_from_the_data_alone_however_busy_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = [Setting(), Setting("logistic", ngram_range=(1, 2), max_features=None)]
    idle = [seconds_of_search(CORPUS, ROWS, each) for each in settings]
    clock = itertools.count(0, 1_000)
    for name in ("perf_counter", "process_time", "monotonic", "time"):
        monkeypatch.setattr(time, name, lambda: next(clock))

    assert [seconds_of_search(CORPUS, ROWS, each) for each in settings] == idle
    assert 0 < idle[0] < idle[1] < 60
    assert next(clock) == 0, "no clock is read"


def test_a_container_s_limit_is_the_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "max").write_text("1000000\n")
    monkeypatch.setattr(bounds, "CGROUP", tmp_path / "max")
    assert machine_memory() == 1_000_000
    (tmp_path / "max").write_text("max\n")
    assert machine_memory() > 1_000_000


def test_numbers_for_people() -> None:
    assert [size_text(each) for each in (999, 25_000, 3.2e6, 1.29e9)] == [
        "999 bytes",
        "25 kB",
        "3 MB",
        "1.3 GB",
    ]


@pytest.fixture(scope="module")
def prepared(data_cache: Path) -> Prepared:
    normaliser = Normaliser(frozenset({"the"}), str)
    return prepare(imdb_sentences(data_cache), None, {"all": normaliser}, lambda items, _: items)


def options(**given: Any) -> TrainOptions:
    return TrainOptions(**{"quiet": True, "max_memory": 2**32, **given})


def test_article_settings_alone_are_tried_without_tuning(prepared: Prepared) -> None:
    recipe, repeats = plan_recipe(prepared, options(tune=False))

    assert recipe.settings == (untuned("gaussian", "all"),)
    assert repeats == 3


def test_settings_within_the_bounds_are_tried(prepared: Prepared) -> None:
    recipe, repeats = plan_recipe(prepared, options(max_terms=100, repeats=2))

    assert {setting.max_features for setting in recipe.settings} == {100}
    assert repeats == 2


def test_bounds_that_leave_nothing_are_refused(prepared: Prepared) -> None:
    with pytest.raises(BadOption, match="Nothing is left to try: allow more"):
        plan_recipe(prepared, options(max_memory=1_000))
