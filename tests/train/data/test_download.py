"""Data are fetched once, verified, from the first source that delivers; else a sentence helps."""

from __future__ import annotations

import io
import json
import multiprocessing
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pooch
import pytest

from addsup.train.data.download import cache_folder, ensure
from addsup.train.data.resources import (
    ALL,
    IMDB,
    IMDB_FILE,
    STOP_WORDS,
    STOP_WORDS_FILE,
    UCI_NAMES,
    WORDNET,
    sentences,
    stop_words_of,
)
from addsup.train.data.sources import Resource, Source, npm_pack, unpack
from addsup.train.errors import SourceUnavailable
from tests.live import free_port


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which its files are served."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def closed_port() -> str:
    """An address where nobody answers."""
    return f"http://127.0.0.1:{free_port()}/sentences.zip"


@pytest.fixture
def from_uci(served: tuple[Path, str], data_cache: Path) -> Resource:
    """The IMDb sentences, from an archive like UCI's."""
    folder, address = served
    lines = (data_cache / IMDB_FILE).read_bytes().partition(b"\n")[2]
    write_zip(folder / "sentences.zip", **{UCI_NAMES["imdb"]: lines.replace(b"\n", b"\r\n")})
    return only(IMDB, Source(f"{address}/sentences.zip", IMDB.sources[0].canonical))


def only(resource: Resource, *sources: Source) -> Resource:
    """*resource* from these sources alone."""
    return replace(resource, sources=sources)


def write_zip(path: Path, **files: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"folder/{name}", content)


@pytest.mark.data
@pytest.mark.parametrize("resource", [*ALL, sentences("yelp"), stop_words_of("german")],
                         ids=lambda resource: resource.title)  # fmt: skip
def test_npm_alone_supplies_every_resource(resource: Resource, tmp_path: Path) -> None:
    ensure(only(resource, resource.sources[-1]), tmp_path)

    assert resource.is_intact(tmp_path)


def test_every_resource_has_npm_as_its_last_source() -> None:
    assert all(each.sources[-1].address.startswith("npm:") for each in ALL)


def test_both_sources_of_the_sentences_give_the_same_file(tmp_path: Path) -> None:
    entries = [{"text": "Good.", "class": 1}, {"text": "Bad.", "class": 0}, {"class": None}]
    (tmp_path / "imdb.json").write_text(json.dumps(entries))
    (tmp_path / UCI_NAMES["imdb"]).write_bytes(b"Good.\t1\r\nBad.\t0\r\n")
    members = {path.name: path for path in tmp_path.iterdir()}

    uci, npm = (source.canonical(members) for source in IMDB.sources)

    assert uci == npm == {IMDB_FILE: b"Review\tStatus\nGood.\t1\nBad.\t0\n"}


def test_the_next_source_is_tried_when_one_cannot_be_reached_or_has_other_content(
    closed_port: str, from_uci: Resource, served: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = served
    write_zip(folder / "forged.zip", **{UCI_NAMES["imdb"]: b"Forged.\t1\n"})
    canonical = IMDB.sources[0].canonical
    bad = Source(closed_port, canonical), Source(f"{address}/forged.zip", canonical)

    ensure(only(IMDB, *bad, *from_uci.sources), tmp_path / "cache")

    assert [path.name for path in (tmp_path / "cache").iterdir()] == [IMDB_FILE]
    assert IMDB.is_intact(tmp_path / "cache")


def test_stop_words_from_a_newer_list_are_those_that_are_pinned(
    data_cache: Path, tmp_path: Path
) -> None:
    older = (data_cache / STOP_WORDS_FILE.format("english")).read_text().split()
    newer = "\n".join([*reversed(older), "couldn't", "it'd", "you've"])
    write_zip(tmp_path / "stopwords.zip", english=newer.encode())

    ensure(STOP_WORDS, tmp_path)

    assert STOP_WORDS.is_intact(tmp_path)


def test_wordnet_from_an_archive_put_there_by_hand_gets_our_lexnames(
    data_cache: Path, tmp_path: Path
) -> None:
    files = {Path(name).name: (data_cache / name).read_bytes() for name in WORDNET.digests}
    write_zip(tmp_path / "wordnet.zip", **files | {"lexnames": b"44 \tadj.ppl"})

    ensure(WORDNET, tmp_path)

    assert WORDNET.is_intact(tmp_path)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"<html>please log in</html>", "ReadError"),
        (b"PK\3\4 cut off", "ReadError"),
        (b"", "ReadError"),
    ],
    ids=["page", "cut", "nothing"],
)
def test_what_is_no_archive_is_refused_and_nothing_is_kept(
    archive: bytes, reason: str, served: tuple[Path, str], tmp_path: Path
) -> None:
    (served[0] / "wrong.zip").write_bytes(archive)
    wrong = Source(f"{served[1]}/wrong.zip", IMDB.sources[0].canonical)

    with pytest.raises(SourceUnavailable, match=reason):
        ensure(only(IMDB, wrong), tmp_path / "cache")

    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("other.txt", b"A\t1\n", "imdb_labelled.txt"),
        ("imdb_labelled.txt", b"Forged.\t1\n", "imdb_sentences.tsv has the sha256 "),
    ],
)
def test_other_content_is_refused_with_what_is_wrong(
    member: str, content: bytes, reason: str, served: tuple[Path, str], tmp_path: Path
) -> None:
    write_zip(served[0] / "wrong.zip", **{member: content})
    wrong = Source(f"{served[1]}/wrong.zip", IMDB.sources[0].canonical)

    with pytest.raises(SourceUnavailable, match=reason):
        ensure(only(IMDB, wrong), tmp_path / "cache")


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.title)
def test_filled_cache_needs_no_source(resource: Resource, data_cache: Path) -> None:
    assert ensure(only(resource), data_cache) == data_cache


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"good", b"evil", 1)),
        lambda path: path.unlink(),
    ],
    ids=["cut", "changed", "gone"],
)
def test_damaged_cache_is_fetched_again(
    damage: Callable[[Path], object], from_uci: Resource, data_cache: Path, tmp_path: Path
) -> None:
    shutil.copy(data_cache / IMDB_FILE, tmp_path)
    damage(tmp_path / IMDB_FILE)

    ensure(from_uci, tmp_path)

    assert IMDB.is_intact(tmp_path)


def test_damage_to_any_file_of_wordnet_is_noticed(data_cache: Path, tmp_path: Path) -> None:
    shutil.copytree(data_cache / "corpora", tmp_path / "corpora")
    for name in WORDNET.digests:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert not WORDNET.is_intact(tmp_path)
        (tmp_path / name).write_bytes(content)
    assert WORDNET.is_intact(tmp_path)


def test_without_cache_and_network_it_says_what_it_tried_and_the_way_out(
    closed_port: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceUnavailable) as refusal:
        ensure(only(IMDB, Source(closed_port, IMDB.sources[0].canonical)), tmp_path)

    message = str(refusal.value)
    assert f"Tried {closed_port} (ConnectionError" in message
    assert f"save {closed_port} as {tmp_path / 'sentences.zip'}, or " in message
    assert f"into {tmp_path}:\n  {IMDB.digests[IMDB_FILE]}  {IMDB_FILE}" in message


def test_cache_that_cannot_be_written_is_named(from_uci: Resource, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SourceUnavailable, match=r"Cannot write .*Set DATA_CACHE"):
        ensure(from_uci, tmp_path / "file")


def test_processes_may_fetch_at_once(from_uci: Resource, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=ensure, args=(from_uci, cache)) for _ in range(8)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0] * 8
    assert [path.name for path in cache.iterdir()] == [IMDB_FILE]


@pytest.mark.parametrize("package", ["sentiment@0.0.0-none", "sentiment@not a version"])
def test_npm_fails_in_its_own_words(package: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="npm error code E"):
        npm_pack(f"npm:{package}", str(tmp_path / "a.tgz"), None)


def test_missing_npm_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceUnavailable, match=r"npm:sentiment@5.0.2 .*npm is not installed"):
        ensure(only(IMDB, IMDB.sources[-1]), tmp_path)


def test_fetching_is_silent_and_progress_never_goes_to_stdout(
    from_uci: Resource, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ensure(from_uci, tmp_path / "one")
    assert capfd.readouterr() == ("", "")

    ensure(from_uci, tmp_path / "two", progress=True)
    assert capfd.readouterr().out == ""


def test_members_are_found_in_any_folder_of_a_compressed_tar(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.bz2", "w:bz2") as archive:
        entry = tarfile.TarInfo("dict/noun.exc")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"data"))

    assert unpack(tmp_path / "a.tar.bz2", tmp_path / "out")["noun.exc"].read_bytes() == b"data"


def test_the_cache_is_the_user_s_unless_data_cache_names_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_CACHE", "data")
    assert cache_folder() == Path.cwd() / "data"
    monkeypatch.setenv("DATA_CACHE", "")
    assert cache_folder() == pooch.os_cache("addsup")
