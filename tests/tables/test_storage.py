"""Files: found by address, named, cut into parts, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from addsup.tables import parquet
from addsup.tables.errors import BadTable, TableError
from addsup.tables.formats import output_name
from addsup.tables.listing import find_file, find_sources
from addsup.tables.parquet import cut_into_groups
from addsup.tables.storage import (
    Source,
    format_of,
    open_atomically,
    open_source,
    output_format,
    place_of,
)
from tests.score.conftest import TEXTS, write_parquet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "2026/c.csv", "_SUCCESS", ".b.csv.part", "2026/note.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n")
    return tmp_path / "in"


def names(address: object, form: str | None = None) -> list[str]:
    return [source.name for source in find_sources(str(address), form)]


def test_tables_below_a_folder_come_by_name_and_the_others_are_named(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = find_sources(str(folder))

    assert [source.name for source in found] == ["2026/c.csv", "a.csv", "b.csv"]
    assert all(source.size == 5 and source.changed > 0 for source in found)
    assert "3 files skipped, hidden or no tables by their names: .b.csv.part, 2026/" in caplog.text
    assert "2026/note.txt" in names(folder, "csv")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.csv", ["a.csv", "b.csv"]),
        ("**/*.csv", ["2026/c.csv", "a.csv", "b.csv"]),
        ("**", ["2026/c.csv", "a.csv", "b.csv"]),
        ("20[0-9][0-9]/*", ["2026/c.csv"]),
        ("*/**/c.csv", ["2026/c.csv"]),
        ("[!a].csv", ["b.csv"]),
    ],
)
def test_glob_is_as_in_bash_with_globstar(folder: Path, pattern: str, expected: list[str]) -> None:
    assert names(folder / pattern) == expected


def test_files_that_are_no_tables_need_a_format(folder: Path) -> None:
    with pytest.raises(TableError, match=r"no tables by their names \(note.txt\): give --input"):
        names(folder / "2026" / "*.txt")
    assert names(folder / "2026" / "*.txt", "csv") == ["note.txt"]


def test_folder_is_read_once_wherever_symbolic_links_lead(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    (folder / "2026" / "other").symlink_to(folder / "2026")

    assert names(folder) == ["2026/c.csv", "a.csv", "b.csv"]


def test_file_name_that_is_not_utf_8_is_refused(folder: Path) -> None:
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.csv")).write_text("text\n")

    with pytest.raises(TableError, match=r"caf.*xe9\.csv.* is no name in UTF-8: rename it"):
        names(folder)


def test_name_that_looks_like_a_glob_is_that_name(tmp_path: Path) -> None:
    for each in ("x[1]", "x1"):
        (tmp_path / each).mkdir()
        (tmp_path / each / f"{each}.csv").write_text("text\n")

    assert names(f"{tmp_path}/x[1]/*.csv") == ["x[1].csv"]
    assert names(f"{tmp_path}/x[1]/x[1].csv") == ["x[1].csv"]


def test_one_file_is_called_by_its_own_name(folder: Path) -> None:
    assert [source.name for source in find_sources(str(folder / "2026" / "c.csv"))] == ["c.csv"]


@pytest.mark.parametrize("address", ["nothing.csv", "*.nothing", "noscheme://a/b"])
def test_what_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(TableError, match=r"is not there|has no files|cannot be reached"):
        find_sources(address)


def test_address_leads_to_its_file_system(folder: Path) -> None:
    assert [source.name for source in find_sources(folder.as_uri())][-1] == "b.csv"


def test_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    place = place_of(str(tmp_path / "new" / "a.csv"))

    with open_atomically(place) as stream:
        stream.write(b"a")
        assert not place.info.is_file

    assert Path(place.path).read_bytes() == b"a"
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["a.csv"]


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    with pytest.raises(BadTable), open_atomically(place_of(str(path))) as stream:
        stream.write(b"new")
        raise BadTable("broken")

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = place_of(str(tmp_path / "file" / "a.csv"))

    with pytest.raises(TableError, match=r"a\.csv cannot be written: [A-Z]\w+"):  # noqa: SIM117
        with open_atomically(place):
            pass


def test_file_that_is_gone_cannot_be_read(folder: Path) -> None:
    (source,) = find_sources(str(folder / "a.csv"))
    (folder / "a.csv").unlink()

    with pytest.raises(BadTable, match=r"^a\.csv cannot be read: "), open_source(source):
        pass


def test_one_file_to_train_on_is_no_folder_and_no_address(folder: Path) -> None:
    with pytest.raises(TableError, match=r"is a folder: name one file in it \(\.b\.csv\.part, "):
        find_file(folder)
    with pytest.raises(TableError, match="is an address: fetch the file first"):
        find_file(Path("https://example.org/mail.csv"))


def test_format_that_is_given_goes_before_the_name() -> None:
    assert format_of("a.csv", "tsv") == "tsv"
    assert format_of("a.b.ndjson.gz") == "jsonl"
    with pytest.raises(BadTable, match=r"^folder.csv/a is in no format .*\.csv.*--input-format"):
        format_of("folder.csv/a")


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("2026/a.CSV.gz", "csv", "2026/a.CSV.gz"),
        ("a.csv.gz", "parquet", "a.parquet"),
        ("a.ndjson", "jsonl", "a.ndjson"),
        ("a", "jsonl", "a.jsonl"),
        ("a.zip", "csv", "a.zip.csv"),
        ("a.csv.zip", "csv", "a.csv.zip.csv"),
        ("a.json", "jsonl", "a.jsonl"),
    ],
)
def test_part_is_called_as_its_input(name: str, form: str, expected: str) -> None:
    assert output_name(name, form) == expected


@pytest.mark.parametrize(
    ("output", "given", "expected"),
    [
        ("labels.csv.gz", None, "csv"),
        ("labels.ndjson", "jsonl", "jsonl"),
        ("labels", "csv", None),
        ("labels/2026.11", None, None),
        ("labels.d/", None, None),
        ("-", "csv", None),
    ],
)
def test_format_of_an_output_is_that_of_its_name(
    output: str, given: str | None, expected: str | None
) -> None:
    assert output_format(output, given) == expected


@pytest.mark.parametrize(
    ("output", "given", "says"),
    [
        ("labels.json", None, "let its name end in .csv, .tsv, .jsonl, .ndjson, .parquet, or in /"),
        ("labels.txt", "csv", "let its name end in"),
        ("labels.csv.xz", None, "let its name end in"),
        ("labels.csv.zip", None, "not put into archives"),
        ("labels.csv", "parquet", "is called .csv, and --format is parquet"),
    ],
)
def test_output_whose_name_says_another_format_is_refused(
    output: str, given: str | None, says: str
) -> None:
    with pytest.raises(TableError, match=says):
        output_format(output, given)


def source_of(path: Path) -> Source:
    (found,) = find_sources(str(path))
    return found


@pytest.mark.parametrize(
    ("rows", "share", "expected"),
    [
        (10, 1.0, [None]),
        (10, 0.4, [(0, 1), (1, 3), (3, 5)]),
        (4, 0.01, [(0, 1), (1, 2)]),  # no more tasks than row groups
    ],
)
def test_large_parquet_file_is_cut_at_its_row_groups(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    share: float,
    expected: list[tuple[int, int] | None],
) -> None:
    path = write_parquet(tmp_path / "a.parquet", TEXTS[:1] * rows, row_group_size=2)
    monkeypatch.setattr(parquet, "BYTES_A_TASK", round(path.stat().st_size * share))

    assert cut_into_groups(source_of(path)) == expected


@pytest.mark.parametrize("name", ["a.csv", "damaged.parquet"])
def test_large_file_in_another_format_or_damaged_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    monkeypatch.setattr(parquet, "BYTES_A_TASK", 10)

    assert cut_into_groups(source_of(tmp_path / name)) == [None]
