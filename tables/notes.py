"""Notes: what is found about a file, said on one line of standard error, once."""

from __future__ import annotations

import logging
from functools import cache


@cache
def note(sentence: str) -> None:
    """Say *sentence*, unless this process has."""
    logging.getLogger("addsup.tables").warning(sentence)
