from __future__ import annotations

from pathlib import Path

import pytest
from addsup.tables import ranges
from addsup.tables.storage import Source, sources

from tests.score.conftest import TEXTS, write_csv, write_parquet


def source_of(path: Path) -> Source:
    (found,) = sources(str(path))
    return found


def test_small_file_is_whole(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", TEXTS, row_group_size=1)

    assert ranges.ranges(source_of(path)) == [None]


def test_large_parquet_file_is_cut_at_its_row_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "a.parquet", TEXTS[:1] * 10, row_group_size=2)
    monkeypatch.setattr(ranges, "BYTES_A_TASK", path.stat().st_size // 3 + 1)

    assert ranges.ranges(source_of(path)) == [(0, 1), (1, 3), (3, 5)]


def test_file_with_fewer_row_groups_is_cut_into_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "a.parquet", TEXTS[:1] * 4, row_group_size=2)
    monkeypatch.setattr(ranges, "BYTES_A_TASK", 10)

    assert ranges.ranges(source_of(path)) == [(0, 1), (1, 2)]


def test_large_file_in_another_format_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "a.csv", [[text] for text in TEXTS], ["text"])
    monkeypatch.setattr(ranges, "BYTES_A_TASK", 10)

    assert ranges.ranges(source_of(path)) == [None]
