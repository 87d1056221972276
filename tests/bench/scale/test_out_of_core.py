"""Benchmark of training in passes, on one small file."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.errors import BenchmarkError
from bench.scale import out_of_core
from bench.scale.out_of_core import Run, compare, make, measured, table


@pytest.fixture
def folder(tmp_path: Path, data_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files made of the article's sentences."""
    assert data_cache.is_dir()
    monkeypatch.setattr(out_of_core, "FOLDER", tmp_path)
    monkeypatch.setattr(out_of_core, "ROWS_A_FILE", 400)
    return make(2)


def test_made_up_texts_have_a_word_of_their_own(folder: Path) -> None:
    table = pq.read_table(folder)

    own = {text.rsplit(" ", 1)[1] for text in table["text"].to_pylist()}
    assert len(own) == len(table) == 800
    assert set(table["label"].to_pylist()) == {"negative", "positive"}


@pytest.mark.slow
def test_what_was_fitted_in_passes_is_the_same_in_memory(folder: Path) -> None:
    fit = [sys.executable, "-m", "train", "--quiet", "--no-tune", "--keep"]

    run = measured("", 2, [*fit, folder.parent / "kept.skops", "--data", folder])

    assert run.rows == 800
    assert run.largest > 0
    assert compare(folder) == []


def test_command_that_fails_is_told_with_what_it_said(folder: Path) -> None:
    command: list[str | Path] = [sys.executable, "-m", "train", "--data", folder.parent / "no/*"]

    with pytest.raises(BenchmarkError, match="passes"):
        measured("in passes", 2, command)


def test_table_has_times_by_those_of_scikit_learn() -> None:
    runs = [Run("in passes", 400, 30, 500, 900), Run("scikit-learn, in memory", 100, 10, 300, 300)]

    assert "| in passes | 400 | 30 | 0.75 | 500 | 900 |" in table(runs)
