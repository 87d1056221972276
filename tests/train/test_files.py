"""Atomic file writing."""

from __future__ import annotations

from pathlib import Path

import pytest
from addsup.train.errors import CannotWriteError
from addsup.train.files import write_atomically


def test_a_file_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"

    write_atomically(path, b"one")
    write_atomically(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    (path / "inside").mkdir(parents=True)

    with pytest.raises(CannotWriteError, match=r"^Cannot write .*folder: "):
        write_atomically(path, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
