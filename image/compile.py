"""Byte-compiles what serving imports, the standard library included, into PYTHONPYCACHEPREFIX.

Runs while the image is built. To know what serving imports it serves: the model is loaded, which
replays its golden texts, so an environment that was trimmed too far ends the build here.
"""

from __future__ import annotations

import compileall
import py_compile
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from addsup import server
from addsup.server.app import create_app

#: What Gunicorn imports only when it is started, or only in its workers.
LATER = (
    "addsup.__main__",
    "concurrent.futures.thread",
    "gunicorn.app.wsgiapp",
    "gunicorn.glogging",
    "gunicorn.workers.gthread",
)

# The file's own hash decides, and nobody asks for it again: times would differ in every build.
MODE = py_compile.PycInvalidationMode.UNCHECKED_HASH


def serve() -> None:
    """Import what serving imports."""
    client = create_app().test_client()
    client.get("/")
    client.post("/", data={"review": "A wonderful film."})
    client.post("/predict", json={"review": "A wonderful film."})
    for name in (*LATER, *(each.name for each in walk_packages(server.__path__, "addsup.server."))):
        import_module(name)


def compile_imported() -> None:
    """Compile every Python file that this process has imported."""
    modules = {name: module for name, module in sys.modules.items() if name != "__main__"}
    files = {getattr(module, "__file__", None) or "" for module in modules.values()}
    for file in sorted(file for file in files if file.endswith(".py")):
        py_compile.compile(file, doraise=True, invalidation_mode=MODE)


if __name__ == "__main__":
    serve()
    compile_imported()
    package = Path(server.__path__[0]).parent
    if not compileall.compile_dir(package, quiet=1, invalidation_mode=MODE):
        sys.exit("addsup cannot be compiled.")
