"""Odd files: every row is there, in order, with an error in its place; or the file is refused."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.tables.dialect import Dialect
from addsup.tables.errors import BadTable, TableError
from addsup.tables.listing import find_file
from addsup.tables.readers import Rows, Selection, open_labelled, read_batches
from addsup.tables.writers import write_batches
from tests.tables.odd_files import documented, table


def test_table_of_odd_files_in_the_document_is_true_and_loses_no_row() -> None:
    now = table()

    assert documented()[1] == now, "write it again: python -m tests.tables.odd_files"
    assert now.count("\n") > 60
    for line in now.splitlines()[2:]:
        assert re.search(r"\| (right(, 1 marked)?|refused, line \d) \|$", line)


def scored(path: Path, content: str | bytes, **dialect: Any) -> Rows:
    """The rows of a file of that *content*, which are few."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (rows,) = read_batches(find_file(path), Selection(dialect=Dialect(**dialect)))
    return rows


def trained(path: Path, content: str, **dialect: Any) -> list[object]:
    path.write_bytes(content.encode())
    with open_labelled(find_file(path), dialect=Dialect(**dialect)) as (table, text, _):
        return [value for batch in table.batches for value in batch.values(text)]


OPEN_QUOTES = {
    "at the end": 'label,text\n1,fine\n2,"A great film\n1,Awful film\n',
    "until a quoted cell": 'label,text\n1,fine\n2,"A great film\n1,Awful\n2,"A cast"\n1,bad\n',
    "until a quote ends a cell": 'text,label\nfine,1\n"A great,2\nbad,1\nso ",bad,2\n',
    "in the last row": 'label,text\n1,fine\n2,"A great film',
    "in a TSV": 'label\ttext\n1\tfine\n2\t"A great\nfilm"\n1\t"Awful\n',
}


@pytest.mark.parametrize("name", OPEN_QUOTES)
def test_quote_left_open_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / ("a.tsv" if "TSV" in name else "a.csv")
    line = 5 if "TSV" in name else 3

    for read in (scored, trained):
        with pytest.raises(BadTable, match=rf"a\.[ct]sv, line {line}: .*quote may be left open"):
            read(path, OPEN_QUOTES[name])


@pytest.mark.parametrize(
    ("name", "separator"), [("semicolons", ";"), ("tabs", "\t"), ("bars", "|")]
)
def test_separator_is_found_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, separator: str
) -> None:
    table = "label,text,stars\n1,A great film,5\n2,An awful one,1\n".replace(",", separator)
    path = tmp_path / f"{name}.csv"

    assert list(scored(path, table).texts) == ["A great film", "An awful one"]
    assert trained(path, table) == ["A great film", "An awful one"]
    (message,) = caplog.messages
    assert message.endswith(
        f"{name}.csv: columns are separated by {name} (--separator says otherwise)."
    )


def test_usual_separator_wins_unless_it_fits_few_rows(tmp_path: Path) -> None:
    texts = "id,text\n1,good; but long\n2,bad; and long\n3,so; so\n"
    header = "id;text, of the review;stars\n1;fine, or so;5\n2;bad;1\n3;good;2\n"

    assert scored(tmp_path / "a.csv", texts).texts[0] == "good; but long"
    assert scored(tmp_path / "b.csv", "text\na;b\nc\n").texts == ("a;b", "c")
    with pytest.raises(BadTable, match='"id", "text, of the review", "stars"'):
        scored(tmp_path / "c.csv", header)


def test_dialect_that_is_given_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"

    assert list(scored(path, "id#text\n1#a\n", separator="#").texts) == ["a"]
    assert list(scored(path, 'id,text\n1,"a\n2,b\n', quoting=False).texts) == ['"a', "b"]
    assert list(scored(path, "good\nbad\n", header=False).texts) == ["good", "bad"]
    caf = "id,text\n1,caf\u00e9\n2,na\u00efve\n"
    for encoding in ("cp1252", "utf-16", "utf-16-be"):
        rows = scored(path, caf.encode(encoding), encoding=encoding)
        assert list(rows.texts) == ["caf\u00e9", "na\u00efve"]
    for encoding in ("utf-9", "hex"):
        with pytest.raises(BadTable, match=f"no encoding '{encoding}'"):
            scored(path, caf, encoding=encoding)
    with pytest.raises(TableError, match="is one character"):
        scored(path, caf, separator="::")
    with pytest.raises(BadTable, match="line 2: byte 0x81 is not cp1252: give another --encoding"):
        scored(path, b"text\n\x81\n", encoding="cp1252")


def test_first_row_that_is_a_text_is_not_taken_for_a_header(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"one column, and its first row .* --no-header"):
        scored(tmp_path / "a.csv", "what a good film\nbad\n")


def test_quotes_of_a_tsv_enclose_cells_if_that_fits_all_of_it(tmp_path: Path) -> None:
    many = "".join(f"plain\t{i}\n" for i in range(20_000))
    quoted, lone = many + '"two\nlines"\t1\nend\t2\n', many + 'he said "no\t1\n"end\t2\n'

    for name, content, last in (("a", quoted, "two\nlines"), ("b", lone, 'he said "no')):
        path = tmp_path / f"{name}.tsv"
        path.write_text("text\tid\n" + content)
        texts = [text for rows in read_batches(find_file(path), Selection()) for text in rows.texts]
        assert texts[20_000] == last
        assert len(texts) == 20_002


def test_backslash_before_a_quote_is_understood(tmp_path: Path) -> None:
    content = '"text"\t"id"\n"she said \\"yes\\"\nto C:\\dir"\t1\n"b"\t2\n'

    assert list(scored(tmp_path / "a.tsv", content).texts) == ['she said "yes"\nto C:\\dir', "b"]
    ambiguous = '"id","text"\n"0","\\"\n1"\n'  # two rows, of which one is ragged, or one
    assert list(scored(tmp_path / "a.csv", ambiguous).texts) == ['"\n1']
    doubled = '"id","text"\n"0","\\"\n\\\\"\n'
    assert list(scored(tmp_path / "a.csv", doubled).texts) == ['"\n\\']


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_blank_line_of_one_column_is_a_row(tmp_path: Path, form: str) -> None:
    rows = scored(tmp_path / f"a.{form}", "\ntext\r\ngood\r\n\r\nbad\n\n")

    assert list(rows.texts) == ["good", "", "bad", ""]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_lone_carriage_return_is_a_character_unless_lines_have_no_other_end(
    tmp_path: Path, form: str
) -> None:
    separator = {"csv": ",", "tsv": "\t"}[form]
    table = "text,label\na\rb,1\n\rc\r,2\r\n".replace(",", separator)
    mac = "text,label\ra,1\rb,2\r".replace(",", separator)

    for read in (lambda *given: list(scored(*given).texts), trained):
        assert read(tmp_path / f"a.{form}", table) == ["a\rb", "\rc\r"]
        assert read(tmp_path / f"b.{form}", mac) == ["a", "b"]


def test_row_that_is_too_long_over_several_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"line 2: found 3 fields.*quote may be left open"):
        scored(tmp_path / "a.csv", 'id,text\n1,"a\nb",\n2,c\n')


def test_array_of_objects_is_read_in_both_modes(tmp_path: Path) -> None:
    array = json.dumps([{"text": "good", "label": 1}, {"text": "bad", "label": 2}], indent=1)

    rows = scored(tmp_path / "a.json", array[:-2] + ", [1]]")
    assert (rows.texts, rows.errors) == (["good", "bad", None], {2: "malformed_row"})
    assert rows.kept.column("label").to_pylist() == [1, 2, None]
    assert trained(tmp_path / "a.json", array) == ["good", "bad"]
    with pytest.raises(BadTable, match=r"a\.json, line 2: not valid JSON"):
        scored(tmp_path / "a.json", '[{"text": "a"},\n{"text"}]')


def test_nested_values_come_out_as_they_are(tmp_path: Path) -> None:
    tags = [["caf\u00e9"], {"a": [1, None]}, "plain", None]
    lines = "".join(json.dumps({"text": "a", "tags": each}) + "\n" for each in tags)

    kept = scored(tmp_path / "a.jsonl", lines).kept

    assert [json.loads(line)["tags"] for line in written(kept, "jsonl").splitlines()] == tags
    assert '["caf\u00e9"]' in next(csv.reader(io.StringIO(written(kept, "csv").split("\n")[1])))
    assert written(kept, "parquet").equals(kept.column("tags"))


def written(batch: pa.RecordBatch, form: str) -> Any:
    stream = io.BytesIO()
    write_batches(stream, form, batch.schema, [batch])
    if form == "parquet":
        return pq.read_table(stream)["tags"].combine_chunks()
    return stream.getvalue().decode()


FAR = 253_402_300_800_000_000 * 2
COLUMNS = {
    "view": (pa.array(["a", None], pa.string_view()), "a"),
    "binary": (pa.array([b"\xff", None]), "/w=="),
    "fixed": (pa.array([b"ab", None], pa.binary(2)), "YWI="),
    "binary_view": (pa.array([b"a", None], pa.binary_view()), "YQ=="),
    "uuid": (pa.array([uuid.UUID(int=1).bytes, None], pa.uuid()), str(uuid.UUID(int=1))),
    "json": (pa.array(['{"a": 1}', None], pa.json_()), {"a": 1}),
    "nanoseconds": (pa.array([1, None], pa.timestamp("ns")), "1970-01-01T00:00:00.000000001"),
    "far": (pa.array([FAR, None], pa.timestamp("us")), "18029-12-31T00:00:00.000000"),
    "zone": (pa.array([0, None], pa.timestamp("ms", "UTC")), "1970-01-01T00:00:00.000Z"),
    "date": (pa.array([datetime.date(2026, 1, 1), None]), "2026-01-01"),
    "time": (pa.array([1, None], pa.time64("ns")), "00:00:00.000000001"),
    "words": (pa.array(["a", None]).dictionary_encode(), "a"),
    "half": (pa.array([0.5, None], pa.float16()), 0.5),
    "deep": (
        pa.array([[{"t": 1}], None], pa.list_(pa.struct([("t", pa.timestamp("ns"))]))),
        [{"t": "1970-01-01 00:00:00.000000001"}],
    ),
    "map": (pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())), [["a", 1]]),
    "null": (pa.nulls(2), None),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_column_of_any_type_comes_out_in_any_format(tmp_path: Path, name: str) -> None:
    column, expected = COLUMNS[name]
    pq.write_table(pa.table({"text": ["a", "b"], "tags": column}), tmp_path / "a.parquet")
    (rows,) = read_batches(find_file(tmp_path / "a.parquet"), Selection())

    lines = written(rows.kept, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == [{"tags": expected}, {"tags": None}]
    for form in ("csv", "tsv"):
        cells = written(rows.kept, form).splitlines()
        assert len(cells) == 3
        if isinstance(expected, str):
            assert cells[1].strip('"') == expected.replace("T", " " if "1" in expected else "T")
    assert written(rows.kept, "parquet").equals(column)


def test_texts_of_parquet_may_be_bytes(tmp_path: Path) -> None:
    table = pa.table({"text": pa.array(["caf\u00e9".encode(), b"\xff", None]), "label": [b"a"] * 3})
    pq.write_table(table, tmp_path / "a.parquet")
    pq.write_table(table.slice(0, 1), tmp_path / "b.parquet")

    (rows,) = read_batches(find_file(tmp_path / "a.parquet"), Selection())
    assert rows.texts == ["caf\u00e9", b"\xff", None]
    with open_labelled(find_file(tmp_path / "b.parquet")) as (read, text, label):
        (batch,) = read.batches
        assert (batch.values(text), batch.values(label)) == (["caf\u00e9"], ["a"])


def test_column_that_holds_no_texts_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [1, 2]}), tmp_path / "a.parquet")

    with pytest.raises(BadTable, match=r'a\.parquet: column "text" holds int64, no texts'):
        list(read_batches(find_file(tmp_path / "a.parquet"), Selection()))


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_our_own_results_can_be_read_back(tmp_path: Path, form: str) -> None:
    texts = ["two\nlines", 'a "b"\tc, d', "\r", "", "plain"]
    batch = pa.RecordBatch.from_pydict({"text": texts, "n": range(5)})
    path = tmp_path / f"a.{form}"
    with path.open("wb") as stream:
        write_batches(stream, form, batch.schema, [batch])

    (rows,) = read_batches(find_file(path), Selection())

    assert list(rows.texts) == texts
