"""Model file -> predictions, without Flask: `Model.load(path).predict([text])`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.inference.model import Model

__all__ = ["Model"]


def __getattr__(name: str) -> Any:
    """`Model`, only when asked for: it brings ONNX Runtime, which the master does without."""
    if name == "Model":
        from server.inference.model import Model

        return Model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
