from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from addsup.inference.errors import AddsupError
from addsup.tables import parquet
from addsup.tables.errors import TableError
from addsup.train.out_of_core.parts import batches, parts_of, position_of, selection_of
from tests.train.out_of_core.conftest import SELECTION, Row, write, write_folder


def test_every_file_of_a_folder_is_a_part(tmp_path: Path, rows: list[Row]) -> None:
    parts = parts_of(str(write_folder(tmp_path / "in", rows)))

    assert [str(part) for part in parts] == ["0.csv", "1.csv", "2.csv", "3.csv"]
    texts = [text for part in parts for each in batches(part, SELECTION) for text in each.texts]
    assert texts == [text for text, _ in rows]


def test_large_parquet_file_is_several_parts(
    tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, labels = zip(*rows, strict=True)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": texts, "label": labels}), path, row_group_size=100)
    monkeypatch.setattr(parquet, "BYTES_A_TASK", path.stat().st_size // 3 + 1)

    parts = parts_of(str(path))

    assert [part.groups for part in parts] == [(0, 2), (2, 4), (4, 6)]
    assert str(parts[1]) == "a.parquet (row groups 2 to 3)"
    read = [label for part in parts for each in batches(part, SELECTION) for label in each.labels]
    assert read == list(labels)


@pytest.mark.parametrize("name", ["label", "Status", "LABEL"])
def test_label_is_in_a_column_of_its_usual_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_text(f"text,{name}\nGood.,1\n")
    (part,) = parts_of(str(tmp_path))

    assert selection_of(part, None, None).keep == (name,)


def test_numbers_are_labels_too(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b"], "label": [0, 1]}), tmp_path / "a.parquet")
    (part,) = parts_of(str(tmp_path))

    (batch,) = batches(part, SELECTION)

    assert batch.labels == ["0", "1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, 'which column holds the label: give --label-column with one of "id"'),
        ("kind", 'no column "kind"; it has "id", "text", "sort"'),
    ],
)
def test_folder_without_the_label_is_refused(tmp_path: Path, given: str | None, said: str) -> None:
    (tmp_path / "a.csv").write_text("id,text,sort\n1,Good.,1\n")
    (part,) = parts_of(str(tmp_path))

    with pytest.raises(TableError, match=said):
        selection_of(part, None, given)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("  ,bad", "has no text: correct it, or delete the row"),
        ("Awful., ", "has no label: correct it, or delete the row"),
        ("a,b,c", "found 3 fields"),
    ],
)
def test_row_that_lacks_something_is_named(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(f"text,label\nGood.,good\n{row}\n")
    (part,) = parts_of(str(tmp_path))

    with pytest.raises(AddsupError, match=f"a.csv, line 3:? {said}"):
        list(batches(part, SELECTION))


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing else")
    (part,) = parts_of(str(tmp_path))

    with pytest.raises(TableError, match=r"a\.parquet cannot be read"):
        list(batches(part, SELECTION))


def test_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="has no files"):
        parts_of(str(tmp_path))


def test_copies_fall_on_the_same_place() -> None:
    assert position_of("A good film.") == position_of(" a  GOOD\nfilm. ")
    assert position_of("A good film.") != position_of("A bad film.")


def test_places_are_spread_evenly(rows: list[Row], tmp_path: Path) -> None:
    write(tmp_path / "a.csv", rows)
    (part,) = parts_of(str(tmp_path))

    places = [at for batch in batches(part, SELECTION) for at in batch.positions]

    assert all(0 <= at < 1 for at in places)
    assert 0.4 < sum(at < 0.5 for at in places) / len(places) < 0.6
