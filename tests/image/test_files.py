"""What is in the image: a short, listed set of files, the same in every build."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from runpy import run_path
from zipfile import ZipFile

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.image.container import run_once
from tests.image.sandbox import Unpacked
from tests.places import ROOT

pytestmark = pytest.mark.image

LIMIT = 100_000_000  # bytes above the base

VENV = {
    "bin",
    "bin/python",
    "bin/python3",
    "bin/python3.14",
    "include",
    "lib",
    "lib/python3.14",
    "lib/python3.14/site-packages",
    "lib64",
    "pyvenv.cfg",
}
#: In site-packages, beside the folders that say which version is installed.
PACKAGES = {
    "addsup",
    "blinker",
    "click",
    "flask",
    "flatbuffers",
    "google",
    "gunicorn",
    "httptools",
    "itsdangerous",
    "jinja2",
    "markupsafe",
    "msgspec",
    "numpy",
    "numpy.libs",
    "onnxruntime",
    "packaging",
    "prometheus_client",
    "werkzeug",
}
DISTRIBUTIONS = PACKAGES - {"google", "numpy.libs"} | {"protobuf"}
PURLS = {f"pkg:pypi/{name.replace('_', '-')}" for name in DISTRIBUTIONS}


def listing(root: Path) -> dict[str, str]:
    """Every path below *root*, with its kind, mode, owner, and what it holds, as a hash."""
    return {str(path.relative_to(root)): described(path) for path in sorted(root.rglob("*"))}


def described(path: Path) -> str:
    about = path.lstat()
    owner = f"{stat.filemode(about.st_mode)} {about.st_uid}:{about.st_gid}"
    if path.is_symlink():
        return f"{owner} -> {path.readlink()}"
    if path.is_file():
        return f"{owner} {about.st_size} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return owner


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def contents(folder: Path) -> dict[str, bytes]:
    """What the files below *folder* hold, byte code left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def names_of(installed: Iterable[Distribution]) -> set[str]:
    return {each.name.lower().replace("-", "_") for each in installed}


@pytest.fixture(scope="module")
def files(image: Unpacked) -> dict[str, str]:
    return listing(image.root)


@pytest.fixture(scope="module")
def files_of_base(base: Unpacked) -> dict[str, str]:
    return listing(base.root)


@pytest.fixture(scope="module")
def bill(image: Unpacked) -> str:
    """What `make sbom` writes."""
    ended = run_once(image, "python", "-", stdin=(ROOT / "image" / "sbom.py").read_text())
    assert ended.stderr == ""
    return ended.stdout


def test_image_adds_two_folders_and_leaves_its_base_alone(
    files: dict[str, str], files_of_base: dict[str, str]
) -> None:
    added = files.keys() - files_of_base.keys()

    assert {path.partition("/")[0] for path in added} == {"pycache", "venv"}
    assert {path: files.get(path) for path in files_of_base} == files_of_base


def test_package_is_the_wheel_s_without_what_makes_models_and_scores_files(
    image: Unpacked, wheel: Path
) -> None:
    """The label of the version is that of the commit; the package's stands in its metadata."""
    package = image.root / "venv/lib/python3.14/site-packages/addsup"
    with ZipFile(wheel) as archive:
        expected = {
            name.removeprefix("addsup/"): archive.read(name)
            for name in archive.namelist()
            if re.match(r"addsup/(?!train/|export/|score/)", name)
        }

    assert contents(package) == expected


def test_environment_holds_the_listed_packages_and_no_commands(image: Unpacked) -> None:
    environment = image.root / "venv"
    packages = environment / "lib" / "python3.14" / "site-packages"
    installed = {name for name in names_in(packages) if not name.endswith(".dist-info")}
    outside = {path for path in below(environment) if "/site-packages/" not in path}

    assert outside == VENV
    assert installed == PACKAGES
    assert names_of(distributions(path=[str(packages)])) == DISTRIBUTIONS


@pytest.mark.parametrize("pattern", run_path(str(ROOT / "image" / "trim.py"))["UNUSED"])
def test_what_serving_never_touches_is_not_there(image: Unpacked, pattern: str) -> None:
    packages = image.root / "venv" / "lib" / "python3.14" / "site-packages"

    assert list(packages.glob(pattern)) == []


def test_byte_code_is_that_of_files_in_the_image(image: Unpacked) -> None:
    """In /pycache, the byte code of /a/b.py is /a/b.cpython-314.pyc."""
    cache = image.root / "pycache"
    compiled = [path for path in cache.rglob("*") if not path.is_dir()]

    sources = [path.relative_to(cache).with_suffix("").with_suffix(".py") for path in compiled]

    assert len(sources) > 300
    assert {path.suffixes[-2:] == [".cpython-314", ".pyc"] for path in compiled} == {True}
    assert [path for path in sources if not os.path.lexists(image.root / path)] == []


def test_any_user_may_read_everything_and_only_root_may_write(
    files: dict[str, str], files_of_base: dict[str, str]
) -> None:
    added = {path: each for path, each in files.items() if path not in files_of_base}
    allowed = re.compile("(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) 0:0( |$)")

    assert {path: each for path, each in added.items() if not allowed.match(each)} == {}


def test_layers_above_the_base_stay_small(image: Unpacked, files_of_base: dict[str, str]) -> None:
    added = [path for path in below(image.root) if path not in files_of_base]

    size = sum((image.root / path).lstat().st_size for path in added)

    print(f"{size / 1e6:.1f} MB above the base")
    assert size <= LIMIT


def test_two_builds_install_the_same_files(
    files: dict[str, str], image_built_again: Unpacked
) -> None:
    assert listing(image_built_again.root) == files


def test_configuration_says_how_to_run_it_and_what_it_is(image: Unpacked) -> None:
    labels = image.config["Labels"]
    prefix = "org.opencontainers.image."
    named = {name.removeprefix(prefix) for name in labels if name.startswith(prefix)}

    assert image.command == ["/venv/bin/python", "-m", "addsup", "serve"]
    assert image.config["User"] == "10001:10001"
    assert image.environment["ORT_DISABLE_TELEMETRY"] == "1"
    assert named == {
        *("title", "description", "source", "version", "revision", "licenses", "base.name")
    }
    assert all(labels.values())


def test_bill_of_materials_is_valid_cyclonedx(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None


def test_bill_of_materials_names_what_is_installed(bill: str) -> None:
    identities = [each["purl"] for each in json.loads(bill)["components"]]
    wheels = {purl.partition("@")[0] for purl in identities if purl.startswith("pkg:pypi/")}

    assert wheels == PURLS
    assert any(purl.startswith("pkg:generic/python@3.14.") for purl in identities)
    assert any(purl.startswith("pkg:deb/debian/libc6@") for purl in identities)
