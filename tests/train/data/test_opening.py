"""Opening of data files."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest
from addsup.train.data.dataset import load_labelled_text
from addsup.train.data.opening import open_data
from addsup.train.errors import BadData

CSV = b"Review,Status\nGood,1\nBad,0\n"


def zipped(**files: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for name, content in files.items():
            out.writestr(name.replace("__", "/").replace("_", "."), content)
    return archive.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.csv", CSV),
        ("d.csv.gz", gzip.compress(CSV, mtime=0)),
        ("d.zip", zipped(d_csv=CSV)),
        ("d.zip", zipped(folder__d_csv=CSV)),
    ],
)
def test_a_file_is_read_packed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert open_data(path)[0].suffix == ".csv"
    assert load_labelled_text(path).texts == ["Good", "Bad"]


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (CSV, ".csv"),
        (CSV.replace(b",", b"\t"), ".tsv"),
        (b'{"Review": "Good", "Status": 1}\n{"Review": "Bad", "Status": 0}\n', ".jsonl"),
    ],
)
def test_standard_input_is_read_in_the_format_that_it_has(
    monkeypatch: pytest.MonkeyPatch, content: bytes, suffix: str
) -> None:
    class Stdin:
        buffer = io.BytesIO(content)

    monkeypatch.setattr(sys, "stdin", Stdin)

    data = load_labelled_text(Path("-"))
    assert (data.name, data.texts) == (f"stdin{suffix}", ["Good", "Bad"])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("d.csv.gz", CSV, "d.csv.gz is not what gzip makes"),
        ("d.csv.gz", gzip.compress(CSV, mtime=0)[:-4], "or not all of it"),
        ("d.zip", CSV, "d.zip cannot be unpacked"),
        ("d.zip", zipped(a_csv=CSV, b_csv=CSV), "d.zip has 2 files: unpack it"),
    ],
)
def test_a_broken_archive_is_refused(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadData, match=sentence):
        open_data(path)


def test_a_folder_and_an_address_get_a_sentence_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "mail.csv").write_bytes(CSV)

    with pytest.raises(BadData, match=r"is a folder: name one file in it \(mail.csv\)"):
        open_data(tmp_path)
    with pytest.raises(BadData, match="is an address: fetch the file first"):
        open_data(Path("https://example.org/mail.csv"))
