"""`addsup score`: a table of texts -> a table of labels, of any size."""

from __future__ import annotations

import os
from typing import Any, Final

import click
from click import Option

from addsup.options import DIALECT, FILE, QUIET, Number, Sections, dialect_of

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


SECTIONS: Final = {
    "Columns": (
        Option(
            ["--text-column"],
            metavar="NAME",
            help="Holds the text (default: text, review, or the only one).",
        ),
        Option(["--keep"], metavar="A,B", help="To hand on (default: all but the text)."),
        Option(["--keep-text"], is_flag=True, help="Hand the text on, too."),
        Option(["--prefix"], default="", help="What the names of the results begin with."),
        Option(["--explain"], type=Number(0), default=0, help="Name the words that weigh most."),
    ),
    "Tables": (
        Option(["--input-format"], type=FORMATS, help="Where the input's name does not say it."),
        Option(
            ["--format"], type=FORMATS, help="Of the output (default: its name's, or the input's)."
        ),
        *DIALECT,
        Option(["--limit"], type=Number(0), help="Rows of each file, the first ones."),
        Option(
            ["--max-chars"], type=Number(0), default=50_000, help="Characters that a text may have."
        ),
        Option(["--fail-fast"], is_flag=True, help="Stop at the first file that cannot be read."),
    ),
    "Running": (
        Option(
            ["--processes"],
            type=Number(0),
            default=lambda: os.cpu_count() or 1,
            show_default="one for each processor",
            help="That classify.",
        ),
        Option(
            ["--scheduler"],
            metavar="ADDRESS",
            envvar="DASK_SCHEDULER_ADDRESS",
            help="Score on a Dask cluster: tcp://host:8786 (default: DASK_SCHEDULER_ADDRESS, else "
            "this machine).",
        ),
    ),
    "Options": (QUIET,),
}


@click.command("score", cls=Sections, epilog=EPILOG, sections=SECTIONS)
@click.argument("model", type=FILE)
@click.argument("input", type=str)
@click.argument("output", type=str)
@click.pass_context
def command(ctx: click.Context, /, keep: str | None, **given: Any) -> None:
    """Score a table of texts, of any size: a row for each row.

    MODEL is a model file. INPUT is a file, a folder, a glob in quotes, an address, or - for
    standard input; OUTPUT a file for one input, else a folder or an address; - is standard output.
    """
    from addsup.score.columns import Wanted
    from addsup.score.commands import ScoreOptions, run
    from addsup.tables.readers import Selection

    for name in ("input", "output"):
        if not given[name]:
            raise click.UsageError(f"{name.upper()} is empty.")
    columns = None if keep is None else tuple(filter(None, keep.split(",")))
    selection = Selection(
        given.pop("text_column"),
        columns,
        given.pop("keep_text"),
        given.pop("input_format"),
        given.pop("limit"),
        dialect_of(given),
    )
    wanted = Wanted(given.pop("max_chars"), given.pop("explain"), given.pop("prefix"))
    ctx.exit(run(ScoreOptions(selection=selection, wanted=wanted, **given)))
