"""`addsup train`: labelled text -> fitted pipeline and metrics, and a model file if asked."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from addsup.inference.errors import AddsupError
from addsup.train import commands
from addsup.train.cli import parse
from threadpoolctl import threadpool_limits


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parse(arguments)
    try:
        # The matrices are small: several threads would only wait for each other.
        with threadpool_limits(1):
            {"train": commands.train, "compare": commands.compare}[options.task](options)
    except AddsupError as error:
        print(f"addsup train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
