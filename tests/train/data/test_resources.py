"""Resources: what is fetched, each pinned by the digest of its content."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from addsup.train.data.resources import ALL, IMDB, IMDB_FILE
from addsup.train.errors import OriginFailed


def test_every_file_has_a_digest_and_every_resource_npm_as_its_last_supply() -> None:
    for resource in ALL:
        assert resource.sha256
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in resource.sha256.values())
        assert resource.supplies[-1].origin.place.startswith("npm")


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(
                f"folder/{name.replace('_json', '.json').replace('_txt', '.txt')}", content
            )
    return out.getvalue()


def test_both_supplies_of_the_sentences_give_the_same_file() -> None:
    uci, npm = (supply.canonical for supply in IMDB.supplies)
    lines = b"Good film.\t1\r\nBad film.\t0\r\n"
    entries = [
        {"text": "Good film.", "class": 1},
        {"text": "Bad film.", "class": 0},
        {"text": "", "class": None},
    ]

    from_uci = uci(archive(imdb_labelled_txt=lines))
    from_npm = npm(archive(imdb_json=json.dumps(entries).encode()))

    assert from_uci == from_npm == {IMDB_FILE: b"Review\tStatus\nGood film.\t1\nBad film.\t0\n"}


def test_another_archive_is_no_supply() -> None:
    with pytest.raises(OriginFailed):
        IMDB.supplies[1].canonical(archive(imdb_json=b"[1]"))
