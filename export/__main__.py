"""`python -m export`: kept pipeline -> model file, checksum and card, once proved."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from export.errors import ExportError
from export.kept import read_kept
from export.publish import publish
from train.errors import TrainError
from train.wordnet import noun_lemmatizer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser("python -m export", description=__doc__)
    parser.add_argument("kept", type=Path, help="what `python -m train --keep` wrote")
    parser.add_argument("model", type=Path, help="the .onnx file to write")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    options = parser.parse_args(arguments)
    try:
        candidate = read_kept(options.kept, noun_lemmatizer(progress=not options.quiet))
        print(publish(candidate, options.model))
    except (TrainError, ExportError) as error:
        print(f"python -m export: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
