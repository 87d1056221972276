"""Data are fetched once, verified, from the first source that delivers; else a sentence helps."""

from __future__ import annotations

import json
import multiprocessing
import shutil
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
from addsup.train.data.resources import ALL, SENTENCES, STOP_WORDS, UCI_NAMES, WORDNET, Resource
from addsup.train.errors import SourceUnavailable
from tests.live import free_port

IMDB_FILE = "imdb_sentences.tsv"


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
    """The sentences, from an archive like UCI's."""
    folder, address = served
    lines = {
        name: (data_cache / f"{domain}_sentences.tsv").read_bytes().partition(b"\n")[2]
        for domain, name in UCI_NAMES.items()
    }
    crlf = {name: content.replace(b"\n", b"\r\n") for name, content in lines.items()}
    write_zip(folder / "sentences.zip", **crlf)
    return only(SENTENCES, f"{address}/sentences.zip")


def only(resource: Resource, *addresses: str) -> Resource:
    """*resource* from these addresses alone."""
    return replace(resource, addresses=addresses)


def write_zip(path: Path, **files: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"folder/{name}", content)


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.title)
def test_npm_alone_supplies_every_resource(resource: Resource, tmp_path: Path) -> None:
    ensure(only(resource, resource.addresses[-1]), tmp_path)

    assert resource.is_intact(tmp_path)


def test_the_next_source_is_tried_when_one_cannot_be_reached_or_has_other_content(
    closed_port: str, from_uci: Resource, served: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = served
    write_zip(folder / "forged.zip", **dict.fromkeys(UCI_NAMES.values(), b"Forged.\t1\n"))
    bad = closed_port, f"{address}/forged.zip"

    ensure(only(SENTENCES, *bad, *from_uci.addresses), tmp_path / "cache")

    assert SENTENCES.is_intact(tmp_path / "cache")


def test_stop_words_from_a_newer_list_are_those_that_are_pinned(
    data_cache: Path, tmp_path: Path
) -> None:
    older = json.loads((data_cache / "stop_words.json").read_text())
    more = ["couldn't", "it'd", "you've"]
    newer = {name: "\n".join([*reversed(words), *more]) for name, words in older.items()}
    write_zip(tmp_path / "stopwords.zip", **{name: text.encode() for name, text in newer.items()})

    ensure(STOP_WORDS, tmp_path)

    assert STOP_WORDS.is_intact(tmp_path)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"<html>please log in</html>", "ReadError"),
        (b"PK\3\4 cut off", "ReadError"),
        ({"other.txt": b"A\t1\n"}, "imdb.json"),
        (
            dict.fromkeys(UCI_NAMES.values(), b"Forged.\t1\n"),
            "imdb_sentences.tsv has the sha256 ",
        ),
    ],
    ids=["page", "cut", "other files", "forged"],
)
def test_another_archive_is_refused_and_nothing_is_kept(
    archive: bytes | dict[str, bytes], reason: str, served: tuple[Path, str], tmp_path: Path
) -> None:
    wrong = served[0] / "wrong.zip"
    if isinstance(archive, bytes):
        wrong.write_bytes(archive)
    else:
        write_zip(wrong, **archive)

    with pytest.raises(SourceUnavailable, match=reason):
        ensure(only(SENTENCES, f"{served[1]}/wrong.zip"), tmp_path / "cache")

    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.title)
def test_filled_cache_needs_no_source(resource: Resource, data_cache: Path) -> None:
    assert ensure(only(resource), data_cache) == data_cache


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes().replace(b"good", b"evil", 1)),
        lambda path: path.unlink(),
    ],
    ids=["changed", "gone"],
)
def test_damaged_cache_is_fetched_again_without_a_word(
    damage: Callable[[Path], object],
    from_uci: Resource,
    data_cache: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(data_cache / IMDB_FILE, tmp_path)
    damage(tmp_path / IMDB_FILE)

    ensure(from_uci, tmp_path)

    assert SENTENCES.is_intact(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_damage_to_any_file_of_wordnet_is_noticed(data_cache: Path, tmp_path: Path) -> None:
    shutil.copytree(data_cache / "corpora", tmp_path / "corpora")
    assert WORDNET.is_intact(tmp_path)
    for name in WORDNET.digests:
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert not WORDNET.is_intact(tmp_path)
        (tmp_path / name).write_bytes(content)


def test_without_cache_and_network_it_says_what_it_tried_and_the_way_out(
    closed_port: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceUnavailable) as refusal:
        ensure(only(SENTENCES, closed_port, SENTENCES.addresses[-1]), tmp_path)

    message = str(refusal.value)
    assert f"Tried {closed_port} (ConnectionError" in message
    assert "sentiment@5.0.2 (FileNotFoundError: npm is not installed)" in message
    assert f"save {closed_port} as {tmp_path / 'sentences.zip'}, or " in message
    assert f"into {tmp_path}:\n  {SENTENCES.digests[IMDB_FILE]}  {IMDB_FILE}" in message


def test_npm_fails_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="npm error code E"):
        ensure(only(SENTENCES, "npm:sentiment@0.0.0-none"), tmp_path)


def test_cache_that_cannot_be_written_is_named(from_uci: Resource, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SourceUnavailable, match=r"Cannot write .*Set DATA_CACHE"):
        ensure(from_uci, tmp_path / "file")


def test_processes_may_fetch_at_once(from_uci: Resource, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=ensure, args=(from_uci, cache)) for _ in range(4)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0] * 4
    assert sorted(path.name for path in cache.iterdir()) == sorted(SENTENCES.digests)


def test_the_cache_is_the_user_s_unless_data_cache_names_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_CACHE", "data")
    assert cache_folder() == Path.cwd() / "data"
    monkeypatch.setenv("DATA_CACHE", "")
    assert cache_folder() == pooch.os_cache("addsup")
