"""The example of docs/scale.md in DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.places import ROOT
from tests.score.conftest import TEXTS, Score, write_parquet


def test_function_in_sql_gives_what_the_command_gives_row_by_row(
    tmp_path: Path, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*TEXTS, None, "x" * 50_001] * 400
    path = write_parquet(tmp_path / "a.parquet", texts)
    assert score(path, tmp_path / "out.parquet") == 0
    document = (ROOT / "docs" / "scale.md").read_text()
    example = document.split("## In SQL")[1].split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    monkeypatch.chdir(ROOT)
    exec(compile(example, "scale.md", "exec"), names)
    assert names["scored"].fetchall()[0][:2] == (1, "positive")

    found = names["database"].sql(f"select id, unnest(score(text)) from '{path}' order by id")

    assert found.to_arrow_table().equals(pq.read_table(tmp_path / "out.parquet"))
