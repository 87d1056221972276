"""`addsup score`: a model file and a table of texts in, a table of labels out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from addsup.inference.errors import AddsupError
from addsup.score import commands
from addsup.score.cli import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    try:
        return commands.run(parse(arguments))
    except AddsupError as error:
        print(f"addsup score: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("addsup score: interrupted; the same command goes on from here.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
