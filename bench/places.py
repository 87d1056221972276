"""Paths that the benchmarks read and write."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]

CACHE: Final = ROOT / ".cache" / "bench"  # environments, pickles and NLTK's data; git-ignored
PEERS: Final = ROOT / "bench" / "peers"
DOCS: Final = ROOT / "docs"

MODEL: Final = ROOT / "models" / "sentiment.onnx"
