"""One reader: training in memory, training out of core and scoring read a file the same way."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.tables.columns import find_column
from addsup.tables.errors import BadTable
from addsup.tables.listing import find_file
from addsup.tables.readers import Selection, read_batches
from addsup.train.data.dataset import load_labelled_text
from addsup.train.out_of_core.parts import batches, parts_of, selection_of

TEXTS = ['Good "film"', "Bad, \u00e9l\u0435gant film", "Fine\u2028film\x85", " 007 "]
LABELS = ["good", "bad", "NA", "1.0"]


def delimited(rows: list[dict[str, Any]], **dialect: Any) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def json_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows).encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def tab_separated(rows: list[dict[str, Any]]) -> bytes:
    return delimited(rows, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)


def zipped(content: bytes, name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr(f"folder/{name}", content)
        out.writestr(f"__MACOSX/{name}", b"")
    return archive.getvalue()


def by_arrow(content: bytes, codec: str) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, codec) as stream:
        stream.write(content)
    return bytes(out.getvalue())


FORMATS = {
    "csv": delimited,
    "tsv": tab_separated,
    "jsonl": json_lines,
    "ndjson": json_lines,
    "parquet": parquet,
}
PACKED = {
    "": lambda content, _: content,
    ".gz": lambda content, _: gzip.compress(content, mtime=0),
    ".bz2": lambda content, _: bz2.compress(content),
    ".zst": lambda content, _: by_arrow(content, "zstd"),
    ".lz4": lambda content, _: by_arrow(content, "lz4"),
    ".zip": zipped,
}

Pairs = list[tuple[str, str]]


def in_memory(path: Path) -> Pairs:
    data = load_labelled_text(path)
    return list(zip(data.texts, data.labels, strict=True))


def out_of_core(path: Path) -> Pairs:
    (part,) = parts_of(str(path))
    read = batches(part, selection_of(part, None, None))
    return [pair for each in read for pair in zip(each.texts, each.labels, strict=True)]


def scored(path: Path) -> Pairs:
    pairs = []
    for rows in read_batches(find_file(path), Selection()):
        assert not rows.errors
        label = find_column("label", path.name, rows.kept.schema.names)
        pairs += zip(rows.texts, rows.kept.column(label).to_pylist(), strict=True)
    return pairs  # type: ignore[return-value]


READERS = [in_memory, out_of_core, scored]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", FORMATS)
def test_every_suffix_and_compression_is_read_the_same_way(
    tmp_path: Path, form: str, packed: str, read: Callable[[Path], Pairs]
) -> None:
    rows = [
        {"id": n, "text": text, "label": label}
        for n, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))
    ]
    path = tmp_path / f"a.{form.upper()}{packed}"
    path.write_bytes(PACKED[packed](FORMATS[form](rows), f"a.{form}"))

    assert read(path) == list(zip(TEXTS, LABELS, strict=True))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("form", FORMATS)
def test_zip_needs_no_suffix_of_its_file(
    tmp_path: Path, form: str, read: Callable[[Path], Pairs]
) -> None:
    rows = [{"text": "Good.", "label": "1"}, {"text": "Bad.", "label": "0"}]
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(FORMATS[form](rows), f"b.{form}"))

    assert read(path) == [("Good.", "1"), ("Bad.", "0")]


@pytest.mark.parametrize("read", [in_memory, scored])
@pytest.mark.parametrize("form", FORMATS)
def test_standard_input_is_read_in_the_format_that_it_has(
    monkeypatch: pytest.MonkeyPatch, form: str, read: Callable[[Path], Pairs]
) -> None:
    rows = [{"text": "Good.", "label": "1"}, {"text": "Bad.", "label": "0"}]
    content = io.BytesIO(FORMATS[form](rows))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(content)))  # type: ignore[type-var]

    assert read(Path("-")) == [("Good.", "1"), ("Bad.", "0")]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("text", "label"),
    [("text", "label"), ("Review", "Status"), ("REVIEW", "sentiment"), ("sentence", "Label")],
)
def test_columns_of_usual_names_are_found(
    tmp_path: Path, text: str, label: str, read: Callable[[Path], Pairs]
) -> None:
    (tmp_path / "a.csv").write_text(f"id,{label},{text}\n1,good,Yes.\n2,bad,No.\n")

    assert read(tmp_path / "a.csv") == [("Yes.", "good"), ("No.", "bad")]


@pytest.mark.parametrize("read", READERS)
def test_the_first_name_of_the_list_is_preferred_wherever_it_stands(
    tmp_path: Path, read: Callable[[Path], Pairs]
) -> None:
    (tmp_path / "a.csv").write_text("review,text,label\n5 of 5,Yes.,good\n1 of 5,No.,bad\n")

    texts = [text for text, _ in read(tmp_path / "a.csv")]

    assert texts == ["Yes.", "No."]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.tsv", b"\xef\xbb\xbf\r\n \n", "a.tsv is empty"),
        ("a.csv", b"a,b\n1,2\n", r'which column holds the text: give --text-column .*"a", "b"'),
        ("a.csv", b"text,label,text\na,1,b\n", 'has the column "text" twice'),
        ("a.tsv", b"text\tlabel\na\t1\ncaf\xe9\t0\n", "line 3: byte 0xe9 .* --encoding cp1252"),
        ("a.csv", "text,label\na,1\n".encode("utf-16"), "line 1: .* give --encoding utf-16,"),
        ("a.csv", "text,label\na,1\n".encode("utf-16-be"), "line 1: .* --encoding utf-16-be"),
        ("a.csv", gzip.compress(b"text,label\n", mtime=0), "by gzip: let its name end in .gz"),
        ("a.csv", b'[{"text": "a", "label": 1}]', r"line 1: it looks like JSON: .*\.json"),
        ("a.csv", b"text,label\n" + b"a,1\n" * 99_999 + b"\xff,0\n", "line 100001: byte 0xff"),
        ("a.csv.gz", b"text,label\na,1\n", "cannot be read"),
        ("a.csv.gz", gzip.compress(b"text,label\na,1\n", mtime=0)[:-4], "cannot be read"),
        ("a.csv.zip", b"text,label\na,1\n", "cannot be read"),
        ("a.parquet", b"PAR1 no PAR1", "cannot be read as Parquet"),
        ("a.parquet", b"PAR1" + bytes(100) + b"PAR1", "cannot be read as Parquet"),
        (
            "a.txt",
            b"text,label\n",
            r"let it end in \.csv, \.tsv, \.jsonl, \.ndjson, \.json, \.parquet",
        ),
        ("a", b"text,label\n", "is in no format"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, name: str, content: bytes, says: str, read: Callable[[Path], Pairs]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadTable, match=says) as refusal:
        read(path)
    assert name in str(refusal.value).split()[0]


@pytest.mark.parametrize("read", READERS)
def test_zip_of_several_files_is_refused(tmp_path: Path, read: Callable[[Path], Pairs]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("a.csv", "text\n")
        out.writestr("b.csv", "text\n")

    with pytest.raises(BadTable, match=r"a\.zip has 2 files: unpack it, and name one of them"):
        read(tmp_path / "a.zip")
