"""Text classifiers whose reasons add up, in one ONNX file: train, export, serve, score.

`Model` loads a model file and predicts; `export_pipeline` turns a fitted scikit-learn pipeline into
one. Both are imported when they are first used, so that `import addsup` costs nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addsup.export.own_pipeline import export_pipeline
    from addsup.inference.model import Model

__version__ = "2.0.0"

__all__ = ["Model", "__version__", "export_pipeline"]

# ONNX Runtime's Linux wheels report usage, from a thread that does not survive a fork, unless this
# stands in the environment before the first import, whichever module that is in.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "Model":
        from addsup.inference.model import Model

        return Model
    if name == "export_pipeline":
        from addsup.export.own_pipeline import export_pipeline

        return export_pipeline
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
