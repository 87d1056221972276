"""The cache, its origins, and what is said when nothing helps."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import multiprocessing
import shutil
import socket
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest
from addsup.train.data.download import DEFAULT_CACHE, Resource, Supply, cache_folder, ensure
from addsup.train.data.origins import Address, NpmPackage, members
from addsup.train.data.resources import ALL, IMDB, IMDB_FILE, STOP_WORDS, STOP_WORDS_FILE, WORDNET
from addsup.train.errors import OriginFailed, SourceUnavailable

from tests.places import ROOT

NPM = {resource.title: resource.supplies[-1] for resource in ALL}


def only(resource: Resource, *supplies: Supply) -> Resource:
    """The resource with these origins instead of its own."""
    return dataclasses.replace(resource, supplies=supplies)


def zip_of(**files: bytes) -> bytes:
    """A zip archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def closed_port() -> Address:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return Address(f"http://127.0.0.1:{port}/sentences.zip")


@pytest.fixture
def uci_zip(data_cache: Path, tmp_path: Path) -> Address:
    """The sentences as UCI packs them: no header, CRLF, a resource fork beside them."""
    lines = (data_cache / IMDB_FILE).read_bytes().split(b"\n", 1)[1].replace(b"\n", b"\r\n")
    archive = tmp_path / "uci" / "sentences.zip"
    archive.parent.mkdir()
    archive.write_bytes(
        zip_of(
            **{
                "__MACOSX/sentiment labelled sentences/._imdb_labelled.txt": b"\0\1",
                "sentiment labelled sentences/imdb_labelled.txt": lines,
                "sentiment labelled sentences/yelp_labelled.txt": b"Wow.\t1\n",
            }
        )
    )
    return Address(archive.as_uri())


@pytest.fixture
def from_uci(uci_zip: Address) -> Resource:
    """The sentences, to be had from `uci_zip` alone."""
    return only(IMDB, Supply(uci_zip, IMDB.supplies[0].canonical))


@pytest.fixture
def filled(data_cache: Path, tmp_path: Path) -> Path:
    """A copy of the real cache."""
    return Path(shutil.copytree(data_cache, tmp_path / "filled"))


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.title)
def test_npm_supplies_what_is_pinned(resource: Resource, tmp_path: Path) -> None:
    from_npm = only(resource, NPM[resource.title])

    cache = ensure(from_npm, tmp_path)

    assert resource.is_intact(cache)


@pytest.mark.data
def test_next_origin_is_tried_when_the_first_cannot_be_reached(
    closed_port: Address, tmp_path: Path
) -> None:
    unreachable = Supply(closed_port, IMDB.supplies[0].canonical)

    ensure(only(IMDB, unreachable, NPM[IMDB.title]), tmp_path)

    assert IMDB.is_intact(tmp_path)


def test_sentences_from_the_uci_archive_are_those_that_are_pinned(
    from_uci: Resource, tmp_path: Path
) -> None:
    ensure(from_uci, tmp_path / "cache")

    assert IMDB.is_intact(tmp_path / "cache")


def test_stop_words_from_a_newer_list_are_those_that_are_pinned(
    data_cache: Path, tmp_path: Path
) -> None:
    older = (data_cache / STOP_WORDS_FILE.format("english")).read_text().split()
    newer = "\n".join([*reversed(older), "couldn't", "it'd", "you've"])
    (tmp_path / "stopwords.zip").write_bytes(zip_of(**{"stopwords/english": newer.encode()}))

    ensure(STOP_WORDS, tmp_path)

    assert STOP_WORDS.is_intact(tmp_path)


def test_wordnet_from_an_archive_of_its_files_gets_our_lexnames(
    data_cache: Path, tmp_path: Path
) -> None:
    files = {
        f"wordnet/{Path(name).name}": (data_cache / name).read_bytes() for name in WORDNET.sha256
    }
    (tmp_path / "wordnet.zip").write_bytes(zip_of(**files | {"wordnet/lexnames": b"44 \tadj.ppl"}))

    ensure(WORDNET, tmp_path)

    assert WORDNET.is_intact(tmp_path)


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"<html>please log in</html>", "not a readable archive"),
        (b"PK\3\4 cut off", "not a readable archive"),
        (b"", "not a readable archive"),
        (zip_of(**{"a.txt": b"A\t1\n"}), "it holds no imdb_labelled.txt"),
        (zip_of(**{"imdb_labelled.txt": b"Forged.\t1\n"}), "is not the expected one: sha256 "),
    ],
    ids=["page", "cut", "nothing", "other files", "other content"],
)
def test_wrong_content_is_refused_and_nothing_is_kept(
    archive: bytes, reason: str, tmp_path: Path
) -> None:
    served = tmp_path / "served.zip"
    served.write_bytes(archive)
    wrong = Supply(Address(served.as_uri()), IMDB.supplies[0].canonical)
    cache = tmp_path / "cache"

    with pytest.raises(SourceUnavailable) as refusal:
        ensure(only(IMDB, wrong), cache)

    assert reason in str(refusal.value)
    assert not cache.exists()


def test_wrong_content_is_passed_over_for_the_next_origin(
    from_uci: Resource, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.zip"
    forged.write_bytes(zip_of(**{"imdb_labelled.txt": b"Forged.\t1\n"}))
    wrong = Supply(Address(forged.as_uri()), IMDB.supplies[0].canonical)

    ensure(only(IMDB, wrong, *from_uci.supplies), tmp_path / "cache")

    assert IMDB.is_intact(tmp_path / "cache")


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.title)
def test_filled_cache_needs_no_origin(resource: Resource, data_cache: Path) -> None:
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
def test_damaged_cache_is_fetched_again(damage: object, from_uci: Resource, filled: Path) -> None:
    assert callable(damage)
    damage(filled / IMDB_FILE)

    ensure(from_uci, filled)

    assert IMDB.is_intact(filled)


@pytest.mark.parametrize("name", WORDNET.sha256)
def test_damage_to_any_file_of_wordnet_is_noticed(name: str, filled: Path) -> None:
    with (filled / name).open("r+b") as stream:
        byte = stream.read(1)
        stream.seek(0)
        stream.write(bytes([byte[0] ^ 1]))

    assert not WORDNET.is_intact(filled)


def test_without_cache_and_network_it_says_what_it_tried_and_the_way_out(
    closed_port: Address, tmp_path: Path
) -> None:
    supplies = (
        Supply(closed_port, IMDB.supplies[0].canonical),
        Supply(Address("file:///no/such/file.zip"), IMDB.supplies[0].canonical),
    )

    with pytest.raises(SourceUnavailable) as refusal:
        ensure(only(IMDB, *supplies), tmp_path)

    message = str(refusal.value)
    assert f"{closed_port.url} (Connection refused)" in message
    assert "file:///no/such/file.zip (No such file or directory" in message
    assert f"save {closed_port.url} as {tmp_path / 'sentences.zip'} or " in message
    assert f"into {tmp_path}:\n  {IMDB.sha256[IMDB_FILE]}  {IMDB_FILE}" in message


def test_archive_supplied_by_hand_is_taken(
    closed_port: Address, uci_zip: Address, tmp_path: Path
) -> None:
    unreachable = Supply(closed_port, IMDB.supplies[0].canonical)
    cache = tmp_path / "cache"
    cache.mkdir()
    shutil.copy(Path(uci_zip.url.removeprefix("file://")), cache / "sentences.zip")

    ensure(only(IMDB, unreachable), cache)

    assert IMDB.is_intact(cache)


def test_wrong_archive_supplied_by_hand_is_named(closed_port: Address, tmp_path: Path) -> None:
    unreachable = Supply(closed_port, IMDB.supplies[0].canonical)
    (tmp_path / "sentences.zip").write_bytes(b"not a zip")

    with pytest.raises(SourceUnavailable) as refusal:
        ensure(only(IMDB, unreachable), tmp_path)

    assert f"Tried {tmp_path / 'sentences.zip'} (its content is not a read" in str(refusal.value)


def test_cache_that_cannot_be_written_is_named(from_uci: Resource, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SourceUnavailable, match=r"cannot be written .*set DATA_CACHE"):
        ensure(from_uci, tmp_path / "file")


def test_fetching_leaves_nothing_but_the_files(from_uci: Resource, tmp_path: Path) -> None:
    ensure(from_uci, tmp_path / "cache")

    assert [path.name for path in (tmp_path / "cache").iterdir()] == [IMDB_FILE]


def test_files_may_be_written_by_their_owner_only(from_uci: Resource, tmp_path: Path) -> None:
    ensure(from_uci, tmp_path / "cache")

    mode = (tmp_path / "cache" / IMDB_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o644


def test_processes_may_fetch_at_once(uci_zip: Address, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    context = multiprocessing.get_context("spawn")

    with context.Pool(4) as pool:
        intact = pool.starmap(fetch_and_check, [(uci_zip.url, cache)] * 16)

    assert intact == [True] * 16
    assert [path.name for path in cache.iterdir()] == [IMDB_FILE]


def fetch_and_check(url: str, cache: Path) -> bool:
    """Run in a process of its own."""
    supply = Supply(Address(url), IMDB.supplies[0].canonical)
    return IMDB.is_intact(ensure(only(IMDB, supply), cache))


@pytest.mark.parametrize("package", ["sentiment@0.0.0-none", "sentiment@not a version"])
def test_npm_failure_is_told_in_its_own_words(package: str) -> None:
    with pytest.raises(OriginFailed, match="npm failed: code E"):
        NpmPackage(package).read()


def test_missing_npm_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OriginFailed, match="npm is not installed"):
        NpmPackage("sentiment@5.0.2").read()


def test_npm_without_network_fails_in_seconds(
    monkeypatch: pytest.MonkeyPatch, closed_port: Address, tmp_path: Path
) -> None:
    monkeypatch.setenv("npm_config_registry", closed_port.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path))

    with pytest.raises(OriginFailed, match="npm failed: code ECONNREFUSED"):
        NpmPackage("sentiment@5.0.2").read()


def test_silence_is_the_default(
    from_uci: Resource, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ensure(from_uci, tmp_path / "cache")

    assert capfd.readouterr() == ("", "")


def test_progress_never_goes_to_stdout(
    from_uci: Resource, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ensure(from_uci, tmp_path / "cache", progress=True)

    assert capfd.readouterr().out == ""


def test_members_are_found_in_any_folder_of_a_compressed_tar() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:bz2") as archive:
        for name in ("dict/noun.exc", "dict/other"):
            entry = tarfile.TarInfo(name)
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"data"))

    assert members(stream.getvalue(), ["noun.exc", "verb.exc"]) == {"noun.exc": b"data"}


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, DEFAULT_CACHE),
        ({"DATA_CACHE": ""}, DEFAULT_CACHE),
        ({"DATA_CACHE": "/srv/data"}, Path("/srv/data")),
        ({"DATA_CACHE": "data"}, Path.cwd() / "data"),
    ],
)
def test_cache_folder_comes_from_the_environment(environ: dict[str, str], folder: Path) -> None:
    assert cache_folder(environ) == folder


def test_data_are_kept_beside_the_project_not_in_its_code() -> None:
    assert DEFAULT_CACHE == ROOT / ".cache" / "data"


def test_every_pin_is_a_sha256() -> None:
    pins = [digest for resource in ALL for digest in resource.sha256.values()]

    assert all(len(bytes.fromhex(pin)) == hashlib.sha256().digest_size for pin in pins)
