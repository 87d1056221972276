"""Odd files: what strangers' programs write, what is in it, and what four readers make of it.

`python -m tests.tables.odd_files` writes the table of them in docs/scale.md.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl

from addsup.tables.errors import BadTable
from addsup.tables.listing import find_file
from addsup.tables.readers import Selection, read_batches
from tests.places import ROOT

DOCUMENT = ROOT / "docs" / "scale.md"
BEGINS, ENDS = "<!-- odd files -->\n", "<!-- end -->"
LONG = "good " * 60_000

#: What a file is -> its suffix, its content, and the texts of its rows; None of a damaged row.
FILES: dict[str, tuple[str, str | bytes, list[str | None]]] = {
    "quotes around everything": ("csv", '"id","text"\n"1","a, b"\n"2","c"\n', ["a, b", "c"]),
    "a line break in quotes": ("csv", 'id,text\n1,"a\nb"\n2,c\n', ["a\nb", "c"]),
    "CR LF in quotes": ("csv", 'id,text\r\n1,"a\r\nb"\r\n2,c\r\n', ["a\r\nb", "c"]),
    "a doubled quote": ("csv", 'id,text\n1,"a ""b"" c"\n2,c\n', ['a "b" c', "c"]),
    "a quote within a cell": ("csv", 'id,text\n1,a 5" disk\n2,c\n', ['a 5" disk', "c"]),
    "apostrophes around cells": ("csv", "id,text\n1,'a'\n2,c\n", ["'a'", "c"]),
    "a quote that is not doubled": (
        "csv",
        'id,text\n1,fine\n2,"she said "yes" to it"\n3,c\n',
        ["fine", None, "c"],
    ),
    "a quote left open": ("csv", 'id,text\n1,fine\n2,"A great film\n3,c\n', ["fine", None, "c"]),
    "a quote left open, a later cell quoted": (
        "csv",
        'id,text\n1,fine\n2,"A great film\n3,bad\n4,"A cast"\n',
        ["fine", None, "bad", "A cast"],
    ),
    "a quote left open in the last row": ("csv", 'id,text\n1,fine\n2,"A great', ["fine", None]),
    'quotes written \\"': ("csv", 'id,text\n1,"a \\"b\\" c"\n2,"c"\n', ['a "b" c', "c"]),
    'quotes written \\", before a line break': (
        "csv",
        '"id","text"\n"1","\\"\nb"\n"2","c"\n',
        ['"\nb', "c"],
    ),
    "a backslash before a quote that ends": ("csv", 'id,text\n1,"C:\\"\n2,"c"\n', ["C:\\", "c"]),
    "a space before quotes": ("csv", 'id,text\n1, "a"\n2, "c"\n', [' "a"', ' "c"']),
    "an empty cell in quotes": ("csv", 'id,text\n1,""\n2,c\n', ["", "c"]),
    "semicolons": ("csv", "id;text;n\n1;a;2,5\n2;c;3,5\n", ["a", "c"]),
    "semicolons, commas in texts": ("csv", "id;text\n1;a, b, c\n2;d, e\n", ["a, b, c", "d, e"]),
    "tabs in a .csv": ("csv", "id\ttext\n1\ta, b\n2\tc\n", ["a, b", "c"]),
    "bars": ("csv", "id|text\n1|a, b\n2|c\n", ["a, b", "c"]),
    "commas in a .tsv": ("tsv", "id,text\n1,a\n2,c\n", ["a", "c"]),
    "a comma too many on one row": ("csv", "id,text,x\n1,a,b\n2,c,d,e\n3,f,g\n", ["a", None, "f"]),
    "a comma too few on one row": ("csv", "id,text,x\n1,a,b\n2,c\n3,f,g\n", ["a", None, "f"]),
    "a comma at the end of each row": ("csv", "id,text,\n1,a,\n2,c,\n", ["a", "c"]),
    "a text with a comma, not quoted": ("csv", "id,text\n1,a\n2,b, c\n3,d\n", ["a", None, "d"]),
    "a row of nothing but commas": ("csv", "id,text,x\n1,a,b\n,,\n3,c,d\n", ["a", "", "c"]),
    "a blank line between rows": ("csv", "id,text\n1,a\n\n2,c\n", ["a", "c"]),
    "a blank line, one column": ("csv", "text\na\n\nc\n", ["a", "", "c"]),
    "blank lines before the header": ("csv", "\n\nid,text\n1,a\n2,c\n", ["a", "c"]),
    "blank lines at the end": ("csv", "id,text\n1,a\n2,c\n\n\n", ["a", "c"]),
    "a header without rows": ("csv", "id,text\n", []),
    "no line end at the end": ("csv", "id,text\n1,a\n2,c", ["a", "c"]),
    "lines that end in CR LF": ("csv", "id,text\r\n1,a\r\n2,c\r\n", ["a", "c"]),
    "lines that end in CR": ("csv", "id,text\r1,a\r2,c\r", ["a", "c"]),
    "lines that end in either": ("csv", "id,text\r\n1,a\n2,c\r\n", ["a", "c"]),
    "a CR in a text": ("csv", "id,text\n1,a\rb\n2,c\n", ["a\rb", "c"]),
    "a CR in quotes": ("csv", 'id,text\n1,"a\rb"\n2,c\n', ["a\rb", "c"]),
    "U+2028 in a text": ("csv", "id,text\n1,a\u2028b\n2,c\n", ["a\u2028b", "c"]),
    "U+0085 in a text": ("csv", "id,text\n1,a\x85b\n2,c\n", ["a\x85b", "c"]),
    "a form feed in a text": ("csv", "id,text\n1,a\x0cb\n2,c\n", ["a\x0cb", "c"]),
    "a NUL in a text": ("csv", "id,text\n1,a\0b\n2,c\n", ["a\0b", "c"]),
    "a byte order mark": ("csv", "\ufefftext,id\na,1\nc,2\n", ["a", "c"]),
    "UTF-16": ("csv", "id,text\n1,a\n2,c\n".encode("utf-16"), ["a", "c"]),
    "UTF-16 without a mark": ("csv", "id,text\n1,a\n2,c\n".encode("utf-16-le"), ["a", "c"]),
    "Windows-1252": ("csv", "id,text\n1,caf\u00e9\n2,c\n".encode("cp1252"), ["caf\u00e9", "c"]),
    "Windows-1251": (
        "csv",
        "id,text\n1,\u0434\u0430\n2,c\n".encode("cp1251"),
        ["\u0434\u0430", "c"],
    ),
    "NA, null and None": ("csv", "id,text\n1,NA\n2,null\n3,None\n", ["NA", "null", "None"]),
    "numbers that are names": ("csv", "id,text\n1,007\n2,1.0\n", ["007", "1.0"]),
    "dates": ("csv", "id,text\n1,2026-01-02\n2,2026-1-3\n", ["2026-01-02", "2026-1-3"]),
    "true and FALSE": ("csv", "id,text\n1,true\n2,FALSE\n", ["true", "FALSE"]),
    "spaces around a text": ("csv", "id,text\n1,  a \n2,c\n", ["  a ", "c"]),
    "a text of 300 kB": ("csv", f"id,text\n1,{LONG}\n2,c\n", [LONG, "c"]),
    "two columns of a name": ("csv", "id,text,id\n1,a,2\n2,c,3\n", ["a", "c"]),
    "TSV, a lone quote": ("tsv", 'id\ttext\n1\t"no\n2\tc\n', ['"no', "c"]),
    "TSV, quoted line breaks": ("tsv", 'id\ttext\n1\t"a\nb"\n2\tc\n', ["a\nb", "c"]),
    "JSON, a key that comes late": (
        "jsonl",
        '{"text": "a"}\n{"text": "c", "late": 1}\n',
        ["a", "c"],
    ),
    "JSON, numbers, then text": (
        "jsonl",
        '{"text": "a", "n": 1}\n{"text": "c", "n": "x"}\n',
        ["a", "c"],
    ),
    "JSON, a line cut off": ("jsonl", '{"text": "a"}\n{"text":\n{"text": "c"}\n', ["a", None, "c"]),
    "JSON, blank lines": ("jsonl", '{"text": "a"}\n\n{"text": "c"}\n\n', ["a", "c"]),
    "JSON, NaN": ("jsonl", '{"text": "a", "n": NaN}\n{"text": "c", "n": 1}\n', ["a", "c"]),
    "JSON, half a surrogate pair": ("jsonl", '{"text": "a\\ud800"}\n{"text": "c"}\n', [None, "c"]),
    "JSON, a byte order mark": ("jsonl", '\ufeff{"text": "a"}\n{"text": "c"}\n', ["a", "c"]),
    "JSON, an array over lines": ("json", '[\n {"text": "a"},\n {"text": "c"}\n]\n', ["a", "c"]),
}

Texts = Sequence[object]


def by_pandas(path: Path) -> Texts:
    """As `pandas` reads it by default."""
    if "json" in path.suffix:
        return pd.read_json(path, lines=path.suffix == ".jsonl")["text"].tolist()
    return pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",")["text"].tolist()


def by_polars(path: Path) -> Texts:
    """As `polars` reads it by default."""
    if "json" in path.suffix:
        read = pl.read_ndjson if path.suffix == ".jsonl" else pl.read_json
        return read(path)["text"].to_list()
    return pl.read_csv(path, separator="\t" if path.suffix == ".tsv" else ",")["text"].to_list()


def by_duckdb(path: Path) -> Texts:
    """As DuckDB reads it by default."""
    return [row[0] for row in duckdb.sql(f"select text from '{path}'").fetchall()]


def made_of(read: Callable[[Path], Texts], path: Path, expected: Sequence[str | None]) -> str:
    """What *read* makes of a file, in words."""
    try:
        found = ["" if each is None or each != each else str(each) for each in read(path)]
    except (KeyError, pl.exceptions.ColumnNotFoundError, duckdb.BinderException):
        return "other columns"
    except Exception:  # whatever it refuses a file with
        return "refused"
    if len(found) != len(expected):
        return f"{len(found)} row" + "s" * (len(found) != 1)
    pairs = zip(found, expected, strict=True)
    return (
        "right" if all(one == other for one, other in pairs if other is not None) else "other texts"
    )


def here(path: Path, expected: Sequence[str | None]) -> str:
    """What `score` makes of a file, in words."""
    marked = 0

    def read(path: Path) -> Texts:
        nonlocal marked
        batches = list(read_batches(find_file(path), Selection(keep=())))
        marked = sum(len(rows.errors) for rows in batches)
        return [text for rows in batches for text in rows.texts]

    try:
        read(path)
    except BadTable as refusal:
        line = re.search(r"line \d+", str(refusal))
        return f"refused, {line[0]}" if line else "refused"
    return made_of(read, path, expected) + f", {marked} marked" * bool(marked)


def table() -> str:
    """The table of all files, in Markdown."""
    lines = ["| file | rows | pandas | polars | DuckDB | here |", "|---|---:|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, (suffix, content, texts) in FILES.items():
            path = Path(folder, f"a.{suffix}")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            others = [made_of(read, path, texts) for read in (by_pandas, by_polars, by_duckdb)]
            cells: list[Any] = [name, len(texts), *others, here(path, texts)]
            lines.append(f"| {' | '.join(map(str, cells))} |".replace('\\"', '`\\"`'))
    return "\n".join(lines) + "\n"


def documented() -> tuple[str, str, str]:
    """The document in three: before the table, the table, and behind it."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGINS)
    written, behind = rest.split(ENDS)
    return before, written, behind


if __name__ == "__main__":
    first, _, last = documented()
    DOCUMENT.write_text(first + BEGINS + table() + ENDS + last, encoding="utf-8")
