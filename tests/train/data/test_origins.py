"""Origins of resources; fetching is tried in test_download.py."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from addsup.train.data.origins import Address, NpmPackage, member, members
from addsup.train.errors import OriginFailed

FILES = {"deep/a.txt": b"one", "deep/b.txt": b"two"}


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in FILES.items():
            packed.writestr(name, content)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for name, content in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("content", [zipped(), tarred()], ids=["zip", "tar.gz"])
def test_members_are_found_by_their_last_name_wherever_they_are(content: bytes) -> None:
    assert member(content, "a.txt") == b"one"
    assert members(content, ["a.txt", "b.txt", "c.txt"]) == {"a.txt": b"one", "b.txt": b"two"}


def test_what_is_missing_or_no_archive_is_told() -> None:
    with pytest.raises(OriginFailed, match=r"c.txt"):
        member(zipped(), "c.txt")
    with pytest.raises(OriginFailed):
        members(b"not an archive", ["a.txt"])


def test_places_are_what_messages_call_them() -> None:
    assert Address("https://example.org/a.zip").place == "https://example.org/a.zip"
    assert Address("https://example.org/a.zip").file_name == "a.zip"
    assert "a@1" in NpmPackage("a@1").place
