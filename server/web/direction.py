"""Direction of writing: labels and words inside sentences of the page, which are in English."""

from __future__ import annotations


def isolated(text: str) -> str:
    """*text* such that its direction moves nothing that stands beside it; ASCII stays as it is.

    Source: Unicode Standard Annex 9, first strong isolate and pop directional isolate.
    """
    return text if text.isascii() else f"\u2068{text}\u2069"
