"""Model files that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: The model that is served, and asked, when no other is named.
SENTIMENT: Final = Path(__file__).with_name("sentiment.onnx")
