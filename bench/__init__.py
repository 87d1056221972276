"""Benchmarks: this server and others, measured side by side in interleaved rounds."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CACHE: Final = ROOT / ".cache" / "bench"  # environments, pickles and data; ignored by git
MODEL: Final = ROOT / "models" / "sentiment.onnx"


class BenchmarkError(Exception):
    """A measurement that cannot be had; its text is a sentence for whoever runs the benchmark."""
