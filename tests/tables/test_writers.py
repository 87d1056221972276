from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.tables import writers
from addsup.tables.writers import write_batches

BATCH = pa.RecordBatch.from_pylist(
    [
        {"id": "007", "p": 0.5, "words": [{"word": 'a"b', "contribution": -1.0}]},
        {"id": "a,\nb", "p": None, "words": None},
    ]
)


def written(form: str) -> bytes:
    stream = io.BytesIO()
    write_batches(stream, form, BATCH.schema, [BATCH, BATCH.slice(0, 0)])
    return stream.getvalue()


def test_parquet_and_json_lines_have_the_types() -> None:
    lines = written("jsonl").decode().splitlines()

    assert [json.loads(line) for line in lines] == BATCH.to_pylist()
    assert pq.read_table(io.BytesIO(written("parquet"))).to_batches() == [BATCH]


def test_small_batches_share_a_row_group_of_parquet() -> None:
    stream = io.BytesIO()

    write_batches(stream, "parquet", BATCH.schema, [BATCH] * 500)

    assert pq.read_metadata(stream).num_row_groups == 1


def test_row_groups_of_many_bytes_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "BYTES_A_GROUP", 2 * BATCH.nbytes)
    stream = io.BytesIO()

    write_batches(stream, "parquet", BATCH.schema, [BATCH] * 5)

    rows = pq.read_metadata(stream)
    assert [rows.row_group(i).num_rows for i in range(rows.num_row_groups)] == [4, 4, 2]


def test_csv_has_lists_as_json() -> None:
    lines = written("csv").decode()

    assert lines.startswith('"id","p","words"\n"007",0.5,"[{""word"":""a\\""b""')
    assert lines.endswith('"a,\nb",,\n')
