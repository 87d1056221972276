"""`addsup compare`: all classifiers on the same folds of labelled text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click import Option

from addsup.options import (
    BOUNDS,
    FILE,
    METHOD,
    QUIET,
    READING,
    TRAINING_DATA,
    Number,
    Sections,
    train_options,
)

EPILOG: Final = """\
\b
Examples:
  addsup compare mail.csv
  addsup compare mail.csv --repeats 1 --output mail.compare.json
"""


SECTIONS: Final = {
    "Data": TRAINING_DATA,
    "Reading": READING,
    "Method": (
        *METHOD,
        Option(["--repeats"], type=Number(1), default=3, help="Of 10-fold cross-validation."),
    ),
    "Bounds": BOUNDS,
    "Results": (
        Option(
            ["--output"],
            type=FILE,
            help="Keep the table: MODEL.compare.json goes into the card of MODEL.onnx.",
        ),
    ),
    "Options": (QUIET,),
}


@click.command("compare", cls=Sections, epilog=EPILOG, sections=SECTIONS)
@click.argument("data", required=False)
def command(output: Path | None, **given: Any) -> None:
    """Compare all classifiers on the same folds of labelled text.

    DATA is one file. Each classifier is tuned and calibrated alike, and the table says which
    differences are more than chance. Without DATA, the article's 1,000 IMDb sentences are used.
    """
    options = train_options(given)
    from threadpoolctl import threadpool_limits

    from addsup.train.in_memory.comparing import compare_classifiers

    with threadpool_limits(1):
        found = compare_classifiers(options)
    click.echo(f"\n{found.protocol}\n\n{found.table()}")
    if output:
        found.write(output)
