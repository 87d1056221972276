"""Takes out of an environment what the wheels carry and serving never touches.

Runs while the image is built: `python3 trim.py /venv`. That the rest still answers as it should is
checked right after, when `compile.py` replays the model's golden reviews, and by `make test-image`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

#: Patterns below site-packages. One that finds nothing stops the build, so the list stays true.
UNUSED = (
    "addsup/export",  # what makes models, and scores files; the commands say what is missing
    "addsup/score",
    "addsup/train",
    "onnxruntime/capi/libonnxruntime.so*",  # the C API, a second copy of the runtime
    "onnxruntime/backend",
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "numpy/_core/include",  # for compilers
    "numpy/_core/lib",
    "numpy/f2py",
    "numpy/fft",
    "numpy/ma",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "numpy/**/*.pxd",
    "**/*.pyi",  # for type checkers
    "**/tests",
    "numpy/_core/*_tests.*.so",
    "numpy/_core/_simd.*.so",  # tests of NumPy's vector instructions
)

#: Beside the interpreter: activation scripts, and commands that `python -m` has as well.
COMMANDS = "bin/[!p]*"


def trim(environment: Path) -> None:
    """Remove it all from the virtual environment at *environment*."""
    (environment / ".gitignore").unlink(missing_ok=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    for pattern in UNUSED:
        for path in _found(packages, pattern):
            _remove(path)
    for path in _found(environment, COMMANDS):
        _remove(path)


def _found(folder: Path, pattern: str) -> Iterator[Path]:
    paths = sorted(folder.glob(pattern))
    if not paths:
        sys.exit(f"{folder / pattern} is not there any more: take it off the list in {__file__}.")
    return iter(paths)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    trim(Path(sys.argv[1]))
