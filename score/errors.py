"""Errors of scoring, each a sentence for the person at the command line."""

from __future__ import annotations

from addsup.inference.errors import AddsupError


class ScoreError(AddsupError):
    """Nothing can be scored as the command line has it, or no further."""
