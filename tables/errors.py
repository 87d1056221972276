"""Errors of tables, each a sentence that names the file or the address."""

from __future__ import annotations

from addsup.inference.errors import AddsupError


class TableError(AddsupError):
    """An address cannot be reached, listed or written."""


class BadTable(TableError):
    """One file cannot be read to its end, or lacks a column; other files may be fine."""
