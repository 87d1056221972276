"""Paths that the benchmarks read and write."""

from __future__ import annotations

from typing import Final

from server.settings import ROOT

CACHE: Final = ROOT / ".cache" / "bench"  # environments, pickles and NLTK's data; git-ignored
PEERS: Final = ROOT / "bench" / "peers"
DOCS: Final = ROOT / "docs"

MODEL: Final = ROOT / "models" / "sentiment.onnx"
