"""`addsup score`: a table of texts -> a table of labels, of any size."""

from __future__ import annotations

import os
from typing import Any, Final

import click

from addsup.options import FILE, Sections, option

FORMATS: Final = click.Choice(("csv", "tsv", "jsonl", "parquet"))

EPILOG: Final = """\
\b
Examples:
  addsup score mail.onnx mails.csv labels.csv
  addsup score mail.onnx mails/ labels/ --keep id,date --format parquet
  addsup score mail.onnx 's3://bucket/2026/*.parquet' s3://bucket/labels/
  zcat mails.jsonl.gz | addsup score mail.onnx - - --input-format jsonl

A folder of results is whole when _SUCCESS is in it. The same command again goes on where it was
interrupted. docs/scale.md describes the columns of results.
"""


@click.command("score", cls=Sections, epilog=EPILOG)
@click.argument("model", type=FILE)
@click.argument("input", type=str)
@click.argument("output", type=str)
@option(
    "Columns",
    "--text-column",
    metavar="NAME",
    help="Holds the text (default: text, review, or the only one).",
)
@option("Columns", "--keep", metavar="A,B", help="To hand on (default: all but the text).")
@option("Columns", "--keep-text", is_flag=True, help="Hand the text on, too.")
@option("Columns", "--prefix", default="", help="What the names of the results begin with.")
@option(
    "Columns",
    "--explain",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Name the N words that weigh most.",
)
@option("Tables", "--input-format", type=FORMATS, help="Where the input's name does not say it.")
@option(
    "Tables", "--format", type=FORMATS, help="Of the output (default: its name's, or the input's)."
)
@option(
    "Tables",
    "--separator",
    metavar="C",
    callback=lambda ctx, param, value: value and _separator(ctx, param, value),
    help=r"Between cells, as in ; or \t (default: what the first rows tell).",
)
@option("Tables", "--no-quotes", is_flag=True, help="Quotes are characters like others.")
@option("Tables", "--no-header", is_flag=True, help="Name the columns 1, 2, and so on.")
@option("Tables", "--encoding", metavar="NAME", help="Of the input (default: UTF-8).")
@option("Tables", "--limit", type=click.IntRange(0), metavar="N", help="First N rows of each file.")
@option(
    "Tables",
    "--max-chars",
    type=click.IntRange(0),
    default=50_000,
    show_default=True,
    metavar="N",
    help="Characters that a text may have.",
)
@option("Tables", "--fail-fast", is_flag=True, help="Stop at the first file that cannot be read.")
@option(
    "Running",
    "--processes",
    type=click.IntRange(0),
    default=lambda: os.cpu_count() or 1,
    metavar="N",
    help="That classify (default: one for each processor).",
)
@option(
    "Running",
    "--scheduler",
    metavar="ADDRESS",
    envvar="DASK_SCHEDULER_ADDRESS",
    help="Score on a Dask cluster: tcp://host:8786 (default: DASK_SCHEDULER_ADDRESS, else this "
    "machine).",
)
@click.option("--quiet", is_flag=True, help="Show no progress bar.")
@click.pass_context
def command(ctx: click.Context, /, keep: str | None, **given: Any) -> None:
    """Score a table of texts, of any size: a row for each row.

    MODEL is a model file. INPUT is a file, a folder, a glob in quotes, an address, or - for
    standard input; OUTPUT a file for one input, else a folder or an address; - is standard output.
    """
    from addsup.score.commands import run
    from addsup.score.options import ScoreOptions

    for name in ("input", "output"):
        if not given[name]:
            raise click.UsageError(f"{name.upper()} is empty.")
    columns = None if keep is None else tuple(filter(None, keep.split(",")))
    ctx.exit(run(ScoreOptions(keep=columns, **given)))


def _separator(ctx: click.Context, param: click.Parameter, typed: str) -> str:
    found = typed.replace(r"\t", "\t")
    if len(found) != 1:
        raise click.BadParameter(f"{typed!r} is not one character.", ctx, param)
    return found
