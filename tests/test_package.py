"""The package: what its wheel and its sdist hold, and what it asks for."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.places import ROOT
from tests.wheels import build, clean_copy, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = PROJECT["tool"]["setuptools"]["package-dir"]
DOCKERIGNORE = (ROOT / ".dockerignore").read_text().splitlines()

#: In the rooms, and of no use where the package is installed: model cards' figures and notes.
LEFT_OUT = re.compile(r"models/.*\.(json|svg)$|.*/README\.md$")


def installed(name: str) -> str:
    """Name in the wheel of the file that git calls *name*."""
    room, _, rest = name.partition("/")
    return f"addsup/{rest}" if room == "addsup" else f"addsup/{name}"


def members(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_copy(tmp_path_factory.mktemp("source"))


def test_wheel_holds_what_git_has_of_the_rooms_and_nothing_else(wheel: Path) -> None:
    expected = {
        installed(name): (ROOT / name).read_bytes()
        for name in tracked(*ROOMS.values())
        if not LEFT_OUT.match(name)
    }
    held = {name: each for name, each in members(wheel).items() if ".dist-info/" not in name}

    assert held.keys() == expected.keys()
    assert held == expected


def test_wheel_puts_one_name_and_one_command_into_an_environment(wheel: Path) -> None:
    files = members(wheel)
    (entry_points,) = (name for name in files if name.endswith("entry_points.txt"))

    assert {name.partition("/")[0].partition("-")[0] for name in files} == {"addsup"}
    assert files[entry_points].decode().split() == [
        *("[console_scripts]", "addsup", "=", "addsup.__main__:main")
    ]


def test_sdist_builds_the_same_wheel_and_has_no_tests(
    wheel: Path, source: Path, tmp_path: Path
) -> None:
    direct = members(build(source, tmp_path, "--wheel"))
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        top = {name.split("/")[1] for name in archive.getnames() if "/" in name}

    assert members(wheel) == direct
    assert top.isdisjoint({"bench", "docs", "image", "tests"})


def test_container_is_built_from_every_room() -> None:
    """A mapped folder that is missing stops the build."""
    assert {f"!{room}" for room in ROOMS.values()} <= set(DOCKERIGNORE)


def test_type_checker_is_given_every_module() -> None:
    (listed,) = re.findall(r"^ROOMS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert {"addsup", *listed.split()} == set(ROOMS.values())


@pytest.mark.slow
def test_type_checker_checks_as_many_modules_as_git_has() -> None:
    command = ["make", "types", "--assume-old", ".venv/dev/installed", f"DEV={relative_python()}"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout
    counts = [int(each) for each in re.findall(r"in (\d+) source files", ended.stdout)]
    files = [Path(name) for name in tracked(*ROOMS.values())]
    modules = [path for path in files if re.fullmatch(r"\w+\.py", path.name)]
    # To mypy, a folder without modules is a package, too.
    folders = {path.parent for path in files} - {path.parent for path in modules}
    assert counts[1] == len(modules) + len(folders)


def relative_python() -> str:
    return str(Path(sys.executable).relative_to(ROOT))


def test_importing_the_package_imports_no_library() -> None:
    script = "import sys, addsup; print(*{name.partition('.')[0] for name in sys.modules})"

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert {"addsup"} == {"addsup", "numpy", "onnxruntime", "click"} & set(ended.stdout.split())


def test_every_set_of_requirements_pins_the_same_versions() -> None:
    """So that what is proved equal is what serves, and what scores."""
    versions: dict[str, set[str]] = {}
    for path in ROOT.glob("requirements-*.txt"):
        pins = re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;]+)", path.read_text(), re.MULTILINE)
        for name, version in pins:
            versions.setdefault(name, set()).add(version)

    assert {name: each for name, each in versions.items() if len(each) > 1} == {}
