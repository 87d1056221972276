from __future__ import annotations

from pathlib import Path

import pytest
from addsup.score.errors import BadInput, ScoreError
from addsup.tables.storage import opened, place_of, sources, whole_or_not_at_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "2026/c.csv", "_SUCCESS", ".b.csv.part", "2026/note.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n")
    return tmp_path / "in"


def test_files_below_a_folder_come_by_name_but_for_hidden_ones(folder: Path) -> None:
    found = sources(str(folder))

    assert [source.name for source in found] == ["2026/c.csv", "2026/note.txt", "a.csv", "b.csv"]
    assert all(source.size == 5 and source.changed > 0 for source in found)


def test_glob_names_files_below_its_folder(folder: Path) -> None:
    assert [each.name for each in sources(f"{folder}/*.csv")] == ["2026/c.csv", "a.csv", "b.csv"]
    assert [each.name for each in sources(f"{folder}/2026/*.txt")] == ["note.txt"]


def test_one_file_is_called_by_its_own_name(folder: Path) -> None:
    assert [source.name for source in sources(str(folder / "2026" / "c.csv"))] == ["c.csv"]


@pytest.mark.parametrize("address", ["nothing.csv", "*.nothing", "noscheme://a/b"])
def test_what_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ScoreError, match=r"is not there|has no files|cannot be reached"):
        sources(address)


def test_address_leads_to_its_file_system(folder: Path) -> None:
    assert [source.name for source in sources(folder.as_uri())][-1] == "b.csv"


def test_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    place = place_of(str(tmp_path / "new" / "a.csv"))

    with whole_or_not_at_all(place) as stream:
        stream.write(b"a")
        assert not place.info.is_file

    assert Path(place.path).read_bytes() == b"a"
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["a.csv"]


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    with pytest.raises(BadInput), whole_or_not_at_all(place_of(str(path))) as stream:
        stream.write(b"new")
        raise BadInput("broken")

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = place_of(str(tmp_path / "file" / "a.csv"))

    with pytest.raises(ScoreError, match=r"a\.csv cannot be written: [A-Z]\w+"):  # noqa: SIM117
        with whole_or_not_at_all(place):
            pass


def test_file_that_is_gone_cannot_be_read(folder: Path) -> None:
    (source,) = sources(str(folder / "a.csv"))
    (folder / "a.csv").unlink()

    with pytest.raises(BadInput, match=r"^a\.csv cannot be read: "), opened(source):
        pass
