"""Arrows point from train and export to server, never back; nothing unpickles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVE = {
    "_typeshed",  # exists for type checkers alone
    "flask",
    "gunicorn",
    "msgspec",
    "numpy",
    "onnxruntime",
    "prometheus_client",
    "server",
    "werkzeug",
}
COMMANDS = {ROOT / "train" / "__main__.py", ROOT / "export" / "__main__.py"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of what *path* imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def standard(names: set[str]) -> set[str]:
    import sys

    return names - set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", modules("server"), ids=lambda path: path.name)
def test_server_imports_only_what_the_container_installs(path: Path) -> None:
    assert standard(imported(path)) <= SERVE


@pytest.mark.parametrize(("folder", "other"), [("train", "export"), ("export", "train")])
def test_only_the_commands_join_train_and_export(folder: str, other: str) -> None:
    joining = {path for path in modules(folder) if other in imported(path)}

    assert joining <= COMMANDS


@pytest.mark.parametrize("folder", ["server", "train", "export"])
def test_nothing_imports_a_pickler(folder: str) -> None:
    picklers = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}

    for path in modules(folder):
        assert not imported(path) & picklers, path
