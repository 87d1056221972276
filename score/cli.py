"""The command line of `addsup score`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from addsup.tables.formats import FORMATS

DESCRIPTION = "A model file and a table of texts -> a table of labels, of any size."
EXAMPLES = """\
examples:
  addsup score models/sentiment.onnx reviews.csv labels.csv
  addsup score models/sentiment.onnx reviews/ labels/ --keep id,date --format parquet
  addsup score models/sentiment.onnx 's3://bucket/2026/*.parquet' s3://bucket/labels/
  zcat reviews.jsonl.gz | addsup score models/sentiment.onnx - - --input-format jsonl

A folder of results is whole when _SUCCESS is in it. The same command again goes on where it was
interrupted. The columns of results are described in docs/scale.md.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, parsed."""

    model: Path
    input: str
    output: str
    text_column: str | None
    keep: tuple[str, ...] | None
    keep_text: bool
    input_format: str | None
    format: str | None
    prefix: str
    explain: int
    limit: int | None
    max_chars: int
    processes: int
    scheduler: str | None
    fail_fast: bool
    quiet: bool


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line; exits with a sentence on a wrong one."""
    parser = argparse.ArgumentParser(
        "addsup score",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="a file of `addsup export`")
    parser.add_argument(
        "input", metavar="INPUT", help="a file, a folder, a glob in quotes, or - for stdin"
    )
    parser.add_argument(
        "output", metavar="OUTPUT", help="a file for one input, else a folder; - for stdout"
    )
    _add_columns(parser.add_argument_group("columns"))
    _add_running(parser.add_argument_group("running"))
    return Options(**vars(parser.parse_args(arguments)))


def _add_columns(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--text-column", metavar="NAME", help="holds the text (default: text, review, or the only)"
    )
    group.add_argument(
        "--keep", type=_names, metavar="A,B", help="columns to hand on (default: all but the text)"
    )
    group.add_argument("--keep-text", action="store_true", help="hand the text on, too")
    group.add_argument(
        "--input-format", choices=FORMATS, help="where the name of the input does not say it"
    )
    group.add_argument(
        "--format", choices=FORMATS, help="of the output (default: its name's, or the input's)"
    )
    group.add_argument(
        "--limit", type=_number, metavar="N", help="the first N rows of each file, to try it out"
    )
    group.add_argument("--prefix", default="", help="what the names of the results begin with")
    group.add_argument(
        "--explain", type=_number, default=0, metavar="N", help="name the N words that weigh most"
    )
    group.add_argument(
        "--max-chars",
        type=_number,
        default=50_000,
        metavar="N",
        help="characters that a text may have (default: %(default)s)",
    )


def _add_running(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--processes",
        type=_number,
        default=os.cpu_count() or 1,
        metavar="N",
        help="that classify (default: one for each processor, here %(default)s)",
    )
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default=os.environ.get("DASK_SCHEDULER_ADDRESS"),
        help="score on the workers of a Dask cluster, such as tcp://10.0.0.1:8786 (default: "
        "DASK_SCHEDULER_ADDRESS, else this machine)",
    )
    group.add_argument(
        "--fail-fast", action="store_true", help="stop at the first file that cannot be read"
    )
    group.add_argument("--quiet", action="store_true", help="no progress bar")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def _number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("at least 0")
    return number
