"""Layout of the code: which way imports point, in the whole tree."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.places import ROOT

ROOMS = ("addsup", "export", "inference", "score", "server", "tables", "train")

#: Room -> the rooms that it may import. `addsup` itself holds `__version__` and is everybody's.
ARROWS = {
    "addsup": {"server", "train", "export", "score", "tables", "inference"},
    "export": {"train", "inference"},
    "train": {"tables", "inference"},
    "score": {"tables", "inference"},
    "server": {"tables", "inference"},
    "tables": {"inference"},
    "inference": set(),
}

#: What the container installs.
SERVE = {
    "_typeshed",  # exists for type checkers alone
    "addsup",
    "click",
    "compression",  # the standard library's, from Python 3.14
    "flask",
    "gunicorn",
    "httptools",
    "msgspec",
    "numpy",
    "onnxruntime",
    "prometheus_client",
    "werkzeug",
}


def dotted(path: Path) -> str:
    """Name of the module at *path*: that of its room below addsup."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts if parts[0] == "addsup" else ("addsup", *parts))
    return name.removesuffix(".__init__")


MODULES = {dotted(path): path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))}


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """*node* and all in it but what only a type checker sees."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from walk(child)


@cache
def imports(name: str) -> frozenset[str]:
    """Every module that the module *name* imports when it runs, wherever in the file."""
    found = set()
    for node in walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & MODULES.keys()) or {node.module}
    return frozenset(found - {name})


def ours(name: str) -> frozenset[str]:
    """The modules of the project that *name* imports, but for the package itself."""
    return imports(name) & MODULES.keys() - {"addsup"}


def room(name: str) -> str:
    inner = name.removeprefix("addsup").lstrip(".").split(".")[0]
    return inner if inner in ROOMS else "addsup"


@pytest.mark.parametrize("name", MODULES)
def test_an_import_points_down(name: str) -> None:
    if name == "addsup":
        return  # imports what it gives when it is asked for it
    allowed = ARROWS[room(name)] | {room(name)}

    assert {each for each in ours(name) if room(each) not in allowed} == set()


def test_no_module_imports_itself_through_others() -> None:
    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in finished:
            for each in ours(name):
                visit(each, (*above, name))
            finished.add(name)

    finished: set[str] = set()
    for name in MODULES.keys() - {"addsup"}:
        visit(name, ())


def test_no_folder_imports_itself_through_others() -> None:
    """A module that lies in a room itself, such as `server.app`, counts as a folder of its own."""

    def folder(name: str) -> str:
        inner = MODULES[name].parent.relative_to(ROOT)
        return str(inner) if len(inner.parts) > 1 else name

    arrows: dict[str, set[str]] = {}
    for name in MODULES.keys() - {"addsup"}:
        own = folder(name)
        arrows.setdefault(own, set()).update(folder(each) for each in ours(name))

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in finished:
            for each in arrows[name] - {name}:
                visit(each, (*above, name))
            finished.add(name)

    finished: set[str] = set()
    for name in arrows:
        visit(name, ())


def test_the_longest_chain_of_imports_has_nine_modules_at_most() -> None:
    @cache
    def chain(name: str) -> tuple[str, ...]:
        return (name, *max(map(chain, ours(name)), key=len, default=()))

    longest = max(map(chain, MODULES.keys() - {"addsup"}), key=len)

    assert len(longest) <= 9, " -> ".join(longest)


def test_the_listing_of_a_folder_can_be_read() -> None:
    folders = {path.parent for path in MODULES.values()}
    long = [
        folder
        for folder in folders
        if len([each for each in folder.iterdir() if each.name != "__pycache__"]) > 20
    ]

    assert long == []


def test_the_faces_of_the_server_do_not_import_one_another() -> None:
    faces = ("api", "web", "open_inference")

    def face(name: str) -> str | None:
        return next((each for each in faces if name.startswith(f"addsup.server.{each}")), None)

    crossing = [
        (name, each)
        for name in MODULES
        for each in ours(name)
        if face(name) and face(each) not in (None, face(name))
    ]

    assert crossing == []


def test_the_worker_knows_nothing_of_the_application_and_only_the_configuration_knows_it() -> None:
    def in_worker(name: str) -> bool:
        return name.startswith("addsup.server.worker")

    crossing = [
        (name, each)
        for name in MODULES
        for each in ours(name)
        if in_worker(name) != in_worker(each) and name != "addsup.server.gunicorn.conf"
    ]

    assert crossing == []


@pytest.mark.parametrize(
    "name", [each for each in MODULES if room(each) in ("server", "inference")]
)
def test_the_server_imports_only_what_the_container_installs(name: str) -> None:
    packages = {each.split(".")[0] for each in imports(name)}

    assert packages - set(sys.stdlib_module_names) <= SERVE


@pytest.mark.parametrize("name", [each for each in MODULES if room(each) == "inference"])
def test_inference_needs_numpy_and_onnx_runtime_alone(name: str) -> None:
    packages = {each.split(".")[0] for each in imports(name)} - set(sys.stdlib_module_names)

    assert packages <= {"addsup", "msgspec", "numpy", "onnxruntime"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_imports_a_pickler(name: str) -> None:
    picklers = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}

    assert not {each.split(".")[0] for each in imports(name)} & picklers


@pytest.mark.parametrize("room", ROOMS[1:])
def test_a_room_has_one_name_only(room: str) -> None:
    """Two names for one module would be two copies of each of its classes and counts."""
    with pytest.raises(ImportError):
        __import__(room)
