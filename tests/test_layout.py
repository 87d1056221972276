"""Layout of the code: which way imports point, and that every module has its test file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "server"

#: What the container installs.
SERVE = {
    "_typeshed",  # exists for type checkers alone
    "compression",  # the standard library's, from Python 3.14
    "flask",
    "gunicorn",
    "httptools",
    "msgspec",
    "numpy",
    "onnxruntime",
    "prometheus_client",
    "server",
    "werkzeug",
}

#: Rooms of server/, from top to bottom: an import points down this list, never up.
LAYERS = (
    {"gunicorn.conf", "__main__", "healthcheck"},
    {"wsgi"},
    {"app"},
    {"error_handlers"},
    {"middleware"},
    {"api", "web", "open_inference"},
    {"classification"},
    {"schemas"},
    {"extensions"},
    {"observability"},
    {"inference"},
    {"settings"},
    {"accepted"},
    {"errors"},
)
#: The faces need two helpers that stand with the middleware.
SHARED_WITH_FACES = {"server.middleware.request_body", "server.middleware.security"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def dotted(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that *path* imports when it runs, wherever in the file."""
    found = set()
    for node in walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in NAMES else node.module)
    return frozenset(found)


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """*node* and all in it but what only a type checker sees."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from walk(child)


NAMES = {
    dotted(path): path
    for folder in ("server", "train", "export", "score")
    for path in modules(folder)
}


def room(module: str) -> str:
    return (
        module.removeprefix("server.").split(".")[0]
        if module != "server.gunicorn.conf"
        else ("gunicorn.conf")
    )


def layer(name: str) -> int | None:
    return next((level for level, rooms in enumerate(LAYERS) if name in rooms), None)


def of_server() -> list[str]:
    return [name for name in NAMES if name.startswith("server.")]


@pytest.mark.parametrize("name", of_server())
def test_imports_of_the_server_point_down_and_never_across_the_faces(name: str) -> None:
    if room(name) == "worker":
        assert all(room(each) == "worker" for each in imports(NAMES[name]) if each in NAMES)
        return
    own = layer(room(name))
    assert own is not None, f"{name} is in no layer"
    for each in imports(NAMES[name]):
        if each not in NAMES or each in SHARED_WITH_FACES or room(each) in (room(name), "worker"):
            continue
        if each == "server":
            continue
        target = layer(room(each))
        assert target is not None and target > own, f"{name} imports {each}"


def test_only_the_configuration_of_gunicorn_knows_the_worker() -> None:
    users = {name for name in of_server() if any("worker" in each for each in imports(NAMES[name]))}

    assert {room(name) for name in users} <= {"worker", "gunicorn.conf"}


def test_the_longest_chain_of_imports_has_nine_modules_at_most() -> None:
    @cache
    def chain(name: str) -> tuple[str, ...]:
        below = [chain(each) for each in imports(NAMES[name]) if each in NAMES and each != name]
        return (name, *max(below, key=len, default=()))

    longest = max((chain(name) for name in of_server()), key=len)

    assert len(longest) <= 9, " -> ".join(longest)


def test_the_listing_of_the_server_can_be_read() -> None:
    listed = [each for each in SERVER.iterdir() if each.name != "__pycache__"]

    assert len(listed) <= 20


#: What is tried through others: starting points, and modules that hold nothing but types.
WITHOUT_A_TEST_FILE = {
    "server.__main__",
    "server.app",
    "server.extensions",
    "server.gunicorn.conf",
    "server.healthcheck",
    "server.wsgi",
    "server.worker.connection",
    "server.worker.limits",
    "server.inference.analyzer_settings",
    "server.observability.gunicorn_logger",
    "train.__main__",
    "export.__main__",
    "score.__main__",
    "score.errors",
    "score.rows",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_its_test_file(name: str) -> None:
    path = NAMES[name]
    if path.name == "__init__.py" or name in WITHOUT_A_TEST_FILE:
        return
    mirrored = path.relative_to(ROOT).with_name(f"test_{path.name}")

    assert (ROOT / "tests" / mirrored).is_file()


def test_training_knows_export_only_where_a_command_asks_for_it() -> None:
    users = {
        name
        for name, path in NAMES.items()
        if name.startswith("train.") and any(each.startswith("export") for each in imports(path))
    }

    assert users == {"train.commands"}


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith("server")])
def test_the_server_knows_neither_training_nor_export(name: str) -> None:
    assert not [
        each for each in imports(NAMES[name]) if each.startswith(("train", "export", "score"))
    ]


@pytest.mark.parametrize("path", modules("server"), ids=lambda path: path.name)
def test_server_imports_only_what_the_container_installs(path: Path) -> None:
    packages = {name.split(".")[0] for name in imports(path)}

    assert packages - set(sys.stdlib_module_names) <= SERVE


@pytest.mark.parametrize("folder", ["server", "train", "export", "score"])
def test_nothing_imports_a_pickler(folder: str) -> None:
    picklers = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}

    for path in modules(folder):
        assert not {name.split(".")[0] for name in imports(path)} & picklers, path


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith("score")])
def test_scoring_uses_the_model_and_the_codes_of_errors_alone(name: str) -> None:
    allowed = ("server.inference", "server.errors", "score")

    ours = [each for each in imports(NAMES[name]) if each in NAMES]
    assert [each for each in ours if not each.startswith(allowed)] == []


#: With which `score` reads tables.
READERS = {f"score.{each}" for each in ("errors", "ranges", "readers", "rows", "storage")}


@pytest.mark.parametrize("name", [each for each in NAMES if each.startswith("train")])
def test_training_uses_no_more_of_scoring_than_its_readers(name: str) -> None:
    taken = {each for each in imports(NAMES[name]) if each in NAMES and each.startswith("score")}

    assert taken <= READERS
    assert not taken or name == "train.cli" or name.startswith("train.out_of_core")
