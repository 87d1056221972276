"""Rows: taken as they stand; one that cannot be read is refused by line, or marked in its place."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addsup.tables import text
from addsup.tables.errors import BadTable
from addsup.tables.listing import find_file
from addsup.tables.readers import Rows, Selection, open_labelled, read_batches
from addsup.tables.text import Batch, Mode, read_text
from tests.score.conftest import write_parquet


def read(content: str | bytes, form: str = "csv", mode: Mode = "refuse") -> list[Batch]:
    data = content if isinstance(content, bytes) else content.encode()
    return list(read_text(f"a.{form}", io.BytesIO(data), form, mode).batches)


def scored(path: Path, content: str, **selection: object) -> list[Rows]:
    path.write_bytes(content.encode())
    return list(read_batches(find_file(path), Selection(**selection)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "content", "numbers"),
    [
        ("tsv", 'x\ty\n1\t"2\n\n3\t4\r\n', [2, 4]),
        ("csv", '\ufeffx,y\n1,"""2"\n\n3,4\n', [2, 4]),
        ("jsonl", '{"x": "1", "y": "\\"2"}\n\n{"x": "3", "y": "4"}\n', [1, 3]),
    ],
)
def test_rows_keep_the_number_of_their_line(form: str, content: str, numbers: list[int]) -> None:
    (batch,) = read(content, form)

    assert batch.numbers == numbers
    assert {name: list(batch.values(name)) for name in "xyz"} == {
        "x": ["1", "3"],
        "y": ['"2', "4"],
        "z": [None, None],
    }


def test_row_after_a_cell_of_two_lines_has_its_right_number() -> None:
    (batch,) = read('x,y\n"1\n1",2\n3,4\n')

    assert list(batch.numbers) == [2, 4]


@pytest.mark.parametrize("odd", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x00", "\r"])
def test_odd_separators_stay_in_the_text(odd: str) -> None:
    (batch,) = read(f"x\ty\nis{odd}was\t1\n", "tsv")

    assert batch.values("x") == (f"is{odd}was",)


texts = st.text(st.characters(codec="utf-8"))


@given(st.lists(st.tuples(texts, texts), max_size=5))
@settings(max_examples=40, deadline=None)
def test_csv_and_json_lines_keep_any_text(pairs: list[tuple[str, str]]) -> None:
    quoted = ['"{}","{}"'.format(*(value.replace('"', '""') for value in pair)) for pair in pairs]
    as_json = "\n".join(json.dumps({"a": a, "b": b}, ensure_ascii=False) for a, b in pairs)

    for (batch,) in (read("\r\n".join(['"a","b"', *quoted])), read(as_json, "jsonl")):
        assert list(zip(batch.values("a"), batch.values("b"), strict=True)) == pairs


@settings(max_examples=60, deadline=None)
@given(st.binary(), st.sampled_from(["tsv", "csv", "jsonl"]), st.sampled_from(["refuse", "mark"]))
def test_any_bytes_are_read_or_refused(content: bytes, form: str, mode: Mode) -> None:
    try:
        batches = read(content, form, mode)
    except BadTable as refusal:
        assert str(refusal).startswith(f"a.{form}")
    else:
        assert all(len(column) == len(b.numbers) for b in batches for column in b.columns.values())


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("tsv", "x\ty\na\t1\n\nb\tx\t0\n", "line 4: found 3 fields, .* names 2"),
        ("tsv", "x\ty\na\t1\nb\n", r"line 3: found 1 fields.*\(x, y\)"),
        ("csv", 'x,y\n"a\nb",1\nc,d,0\n', "line 4: found 3 fields"),
        ("csv", 'x,y\na,1\n"b,0\nc,1\n', "line 3: .*quote may be left open"),
        ("csv", 'x,y\na,1\n"b" c,0\n', "line 3: .*quote"),
        ("jsonl", '{"x": "a", "y": 1}\n{"x": ', "line 2: not valid JSON"),
        ("jsonl", '{"x": "a", "y": NaN}', "line 1: not valid JSON .NaN"),
        ("jsonl", "[" * 100_000, "line 1: not valid JSON"),
        ("jsonl", '["a", 1]', "line 1: not a JSON object"),
    ],
)
def test_row_that_cannot_be_read_is_refused_with_its_line(
    form: str, content: str, says: str
) -> None:
    with pytest.raises(BadTable, match=rf"^a\.{form}, {says}"):
        read(content, form)


def test_table_without_text_or_label_is_refused_for_training(tmp_path: Path) -> None:
    for name, content, says in (
        ("a.csv", "text,id\n", 'which column holds the label: give --label-column .*, "id"'),
        ("b.jsonl", "\n\n", "b.jsonl is empty"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(BadTable, match=says), open_labelled(find_file(tmp_path / name)):
            pass


def test_cells_of_csv_are_scored_as_they_stand(tmp_path: Path) -> None:
    content = '\ufeffid,text\r\n007,"a ""b"",\nc"\r\nNA,\r\n'

    (rows,) = scored(tmp_path / "a.csv", content)

    assert list(rows.texts) == ['a "b",\nc', ""]
    assert rows.kept.to_pylist() == [{"id": "007"}, {"id": "NA"}]
    assert rows.errors == {}


def test_row_with_other_cells_is_marked_in_its_place(tmp_path: Path) -> None:
    (rows,) = scored(tmp_path / "a.csv", "id,text,x\n1,a,b\n2,a\n3,a,b,c\n4,a,b\n")

    assert rows.errors == {1: "malformed_row", 2: "malformed_row"}
    assert rows.kept.column("id").to_pylist() == ["1", "2", "3", "4"]


def test_values_of_json_lines_keep_their_types(tmp_path: Path) -> None:
    records = [
        {"text": "a", "n": 1, "x": 0.5, "ok": True, "tags": ["a"], "s": "007\ud800"},
        {"text": None, "n": None, "x": 2, "ok": None, "tags": None, "s": None},
        {"text": 5},
    ]
    lines = "\n".join([*map(json.dumps, records), "{broken", "[1]", ""])

    (rows,) = scored(tmp_path / "a.jsonl", lines)

    assert rows.texts == ["a", None, 5, None, None]
    assert rows.errors == {3: "malformed_row", 4: "malformed_row"}
    first = {"n": 1, "x": 0.5, "ok": True, "tags": '["a"]', "s": "007?"}
    assert rows.kept.to_pylist()[0] == first
    assert rows.kept.column("n").to_pylist() == [1, None, None, None, None]


def test_json_lines_that_are_all_malformed_are_no_empty_table(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match="none of its first rows can be read"):
        scored(tmp_path / "a.jsonl", "{\n{\n")


LATE = {
    "int64": [None] * 3 + [5],
    "double": [1, 2, None, 2.5],
    "string": [1, 2.5, None, "n/a"],
    "bool": [None, None, True, False],
}


def test_columns_and_types_of_json_lines_are_those_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "ROWS_A_BATCH", 1)
    rows = [{"text": "a"} | {name: LATE[name][i] for name in LATE if i} for i in range(4)]
    huge = [{"text": "b", "huge": 2**70}, {"text": "c", "huge": 1}]

    batches = scored(tmp_path / "a.jsonl", "\n".join(map(json.dumps, [*rows, *huge])))

    assert {str(each.kept.schema.field(name).type) for each in batches for name in LATE} == {*LATE}
    assert batches[3].kept.to_pylist() == [
        {"int64": 5, "double": 2.5, "string": "n/a", "bool": False, "huge": None}
    ]
    assert batches[1].kept.to_pylist()[0]["string"] == "2.5"
    assert [each.kept.column("huge")[0].as_py() for each in batches[4:]] == [str(2**70), "1"]


def test_standard_input_is_read_twice_too(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = b'{"text": "a"}\n' * 1500 + b'{"text": "b", "late": 1}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(lines))))  # type: ignore[type-var]

    batches = list(read_batches(find_file(Path("-")), Selection()))

    assert batches[1].kept.to_pylist()[-1] == {"late": 1}


def test_columns_are_kept_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    with pytest.raises(BadTable, match='no column "day"; it has "text", "id"'):
        scored(path, "text,id\n", keep=("day",))
    assert scored(path, "text,id\n", keep_text=True)[0].kept.schema.names == ["id", "text"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_file_without_rows_gives_one_empty_batch(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        write_parquet(path, [])
        batches = list(read_batches(find_file(path), Selection()))
    else:
        batches = scored(path, "text,id\n" if name.endswith("csv") else "")

    assert [list(each.texts) for each in batches] == [[]]


def test_parquet_keeps_its_columns_and_is_read_by_row_groups(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", ["a", None, "c", "d"], row_group_size=2)

    (second,) = read_batches(find_file(path), Selection(), (1, 2))

    assert (second.texts, second.kept.to_pylist()) == (["c", "d"], [{"id": 2}, {"id": 3}])


def test_large_texts_come_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "CHARS_A_BATCH", 10)

    assert [len(each.numbers) for each in read("text\n" + "abcdef\n" * 5)] == [2, 2, 1]


def test_limit_gives_the_first_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "ROWS_A_BATCH", 2)

    batches = scored(tmp_path / "a.csv", "text,id\na,1\nb,2\nc\nd,4\n", limit=3)

    assert [list(rows.texts) for rows in batches] == [["a", "b"], ["c"]]
    assert batches[1].kept.to_pylist() == [{"id": None}]
    assert batches[1].errors == {0: "malformed_row"}
