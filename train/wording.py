"""Wording of numbers: figures with their intervals, sizes, shares, lists of lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from addsup.inference.manifest import Interval


def interval_text(figure: Interval) -> str:
    """A figure with its interval, as in 0.812 (0.790 to 0.834)."""
    return f"{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def signed_text(figure: Interval) -> str:
    """A difference with its interval, as in +0.012 (-0.001 to +0.025)."""
    return f"{figure.mean:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"


def size_text(number: float) -> str:
    """A number of bytes, as in 1.3 GB."""
    power = min(4, int(math.log(max(number, 1), 1000)))
    return f"{number / 1000**power:.{int(power > 2)}f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"


def percent_text(share: float) -> str:
    """A share in per cent, as in 8.9 %."""
    return "Less than 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def numbered_text(unit: str, numbers: Sequence[int]) -> str:
    """Numbers of lines or rows, as in "lines 3, 5, 7, 9, 11 and 3 more"."""
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    return f"{unit}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers[:5]))}{more}"
