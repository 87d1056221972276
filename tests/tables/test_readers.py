from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from addsup.score.errors import BadInput
from addsup.tables import readers
from addsup.tables.readers import Selection, read
from addsup.tables.rows import Rows
from addsup.tables.storage import sources

from tests.score.conftest import write_parquet


def rows_of(path: Path, **selection: object) -> list[Rows]:
    (source,) = sources(str(path))
    return list(read(source, Selection(**selection)))  # type: ignore[arg-type]


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_csv_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '\ufeffid,text\r\n007,"a ""b"",\nc"\r\nNA,\r\n')

    (rows,) = rows_of(path)

    assert rows.texts == ['a "b",\nc', ""]
    assert rows.kept.to_pylist() == [{"id": "007"}, {"id": "NA"}]
    assert rows.errors == {}


def test_row_of_csv_with_other_cells_is_an_error_in_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text,x\n1,a,b\n2,a\n3,a,b,c\n4,a,b\n")

    (rows,) = rows_of(path)

    assert rows.errors == {1: "malformed_row", 2: "malformed_row"}
    assert rows.kept.column("id").to_pylist() == ["1", "2", "3", "4"]


def test_tsv_knows_no_quotes(tmp_path: Path) -> None:
    (rows,) = rows_of(write(tmp_path / "a.tsv", 'text\tn\n"a" b\t1\n'))

    assert rows.texts == ['"a" b']


def test_jsonl_keeps_the_types_of_its_values(tmp_path: Path) -> None:
    records = [
        {"text": "a", "n": 1, "x": 0.5, "ok": True, "tags": ["a"], "s": "007"},
        {"text": None, "n": None, "x": 2, "ok": None, "tags": None, "s": None},
        {"text": 5},
    ]
    lines = "\n".join([*map(json.dumps, records), "{broken", "[1]", ""])

    (rows,) = rows_of(write(tmp_path / "a.jsonl", lines))

    assert rows.texts == ["a", None, 5, None, None]
    assert rows.errors == {3: "malformed_row", 4: "malformed_row"}
    first = {"n": 1, "x": 0.5, "ok": True, "tags": '["a"]', "s": "007"}
    assert rows.kept.to_pylist()[0] == first
    assert rows.kept.column("n").to_pylist() == [1, None, None, None, None]


def test_key_that_comes_late_is_refused_rather_than_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "ROWS_A_BATCH", 1)
    path = write(tmp_path / "a.jsonl", '{"text": "a"}\n{"text": "b", "late": 1}\n')

    with pytest.raises(BadInput, match=r'a\.jsonl has a key "late" .* --keep'):
        rows_of(path)
    assert len(rows_of(path, keep=())) == 2


def test_value_of_another_type_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ROWS_A_BATCH", 1)
    path = write(tmp_path / "a.jsonl", '{"text": "a", "n": 1}\n{"text": "b", "n": "x"}\n')

    with pytest.raises(BadInput, match='value of "n" that is no int64'):
        rows_of(path)


def test_parquet_keeps_its_columns_and_is_read_by_row_groups(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", ["a", None, "c", "d"], row_group_size=2)
    (source,) = sources(str(path))

    second = list(read(source, Selection(), (1, 2)))

    assert [rows.texts for rows in second] == [["c", "d"]]
    assert second[0].kept.to_pylist() == [{"id": 2}, {"id": 3}]
    assert sum(len(rows.texts) for rows in rows_of(path)) == 4


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_file_without_rows_gives_one_empty_batch(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        write_parquet(path, [])
    else:
        path.write_text("text,id\n" if name.endswith("csv") else "")

    assert [each.texts for each in rows_of(path)] == [[]]


def test_large_texts_come_in_smaller_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "CHARS_A_BATCH", 10)

    batches = rows_of(write(tmp_path / "a.csv", "text\n" + "abcdef\n" * 5))

    assert [len(rows.texts) for rows in batches] == [2, 2, 1]


def test_limit_takes_the_first_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ROWS_A_BATCH", 2)
    path = write(tmp_path / "a.csv", "text,id\na,1\nb,2\nc\nd,4\n")

    batches = rows_of(path, limit=3)

    assert [rows.texts for rows in batches] == [["a", "b"], ["c"]]
    assert batches[1].kept.to_pylist() == [{"id": None}]
    assert batches[1].errors == {0: "malformed_row"}


def test_half_a_surrogate_pair_is_kept_as_a_question_mark(tmp_path: Path) -> None:
    (rows,) = rows_of(write(tmp_path / "a.jsonl", '{"text": "a\\ud800", "id": "\\ud800b"}\n'))

    assert rows.kept.to_pylist() == [{"id": "?b"}]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"text\ngood\n"))

    assert rows_of(path)[0].texts == ["good"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"a,b\n1,2\n", r'which column holds the text: give --text-column .*"a", "b"'),
        ("a.csv", b"text,text\n1,2\n", 'has the column "text" twice'),
        ("a.csv", b"text\nsch\xf6n\n", "not UTF-8"),
        ("a.csv.gz", b"text\ngood\n", "cannot be read"),
        ("a.parquet", b"PAR1 no PAR1", "cannot be read"),
        ("a.txt", b"text\n", "no format"),
        ("a.csv", b"", "is empty"),
    ],
)
def test_what_cannot_be_read_is_named_with_a_reason(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadInput, match=says) as refusal:
        rows_of(path)
    assert str(refusal.value).startswith(name)


def test_column_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,id\n")

    with pytest.raises(BadInput, match='no column "day"; it has "text", "id"'):
        rows_of(path, keep=("day",))
    assert rows_of(path, keep_text=True)[0].kept.schema.names == ["id", "text"]
