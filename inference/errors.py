"""Errors that end a command, with the base that all of them have."""

from __future__ import annotations


class AddsupError(Exception):
    """Base of what ends a command; the message is the whole story, for a person to read."""


class ModelFileError(AddsupError):
    """The model file is missing, damaged, foreign, or does not answer as it did when exported."""


def first_line(error: Exception) -> str:
    """First line of an *error* of onnxruntime's, without its full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
