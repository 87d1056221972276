"""Progress bar of training, on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

from addsup.train.options import TrainOptions

Item = TypeVar("Item")


def bar(
    items: Iterable[Item], what: str, options: TrainOptions, total: int | None = None
) -> tqdm[Item]:
    """*items*, with a progress bar that appears after a second, on a terminal only."""
    disable = True if options.quiet else None  # None: where stderr is no terminal
    return tqdm(items, what, total, disable=disable, delay=1, leave=False)
