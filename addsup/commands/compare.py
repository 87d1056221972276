"""`addsup compare`: all classifiers on the same folds of labelled text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from addsup.options import (
    BOUNDS,
    FILE,
    METHOD,
    QUIET,
    READING,
    TRAINING_DATA,
    Sections,
    option,
    train_options,
)

EPILOG: Final = """\
\b
Examples:
  addsup compare mail.csv
  addsup compare mail.csv --repeats 1 --output mail.compare.json
"""


@click.command("compare", cls=Sections, epilog=EPILOG)
@TRAINING_DATA
@READING
@METHOD
@option(
    "Method",
    "--repeats",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="Of the 10-fold cross-validation.",
)
@BOUNDS
@option(
    "Results",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Keep the table; as MODEL.compare.json beside MODEL.onnx, its card shows it.",
)
@QUIET
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
