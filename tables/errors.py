"""Errors of tables, each a sentence that names the file or address; and notes about a file."""

from __future__ import annotations

import logging
from functools import cache

from addsup.inference.errors import AddsupError


class TableError(AddsupError):
    """An address cannot be reached, listed or written."""


class BadTable(TableError):
    """One file cannot be read to its end, or lacks a column; other files may be fine."""


@cache
def note(sentence: str) -> None:
    """Say *sentence*, unless this process has."""
    logging.getLogger("addsup.tables").warning(sentence)
