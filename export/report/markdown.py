"""Markdown: tables and lists, and numbers as a card says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of *rows* under *head*; a bar in a cell stays a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def bullets(values: Mapping[str, object]) -> str:
    """A list of names with their values."""
    return "\n".join(f"- {name}: {value}" for name, value in values.items())


def percent(share: float) -> str:
    """A share of 1, as in 25.0 %."""
    return f"{100 * share:.1f} %"
