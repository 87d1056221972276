"""`addsup evaluate`: how a model file does on labelled text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click import Option

from addsup.options import COLUMNS, FILE, QUIET, Sections, read_labelled

EPILOG: Final = """\
\b
Examples:
  addsup evaluate mail.onnx june.csv
  addsup evaluate mail.onnx june.csv --output june.json
"""


OUTPUT: Final = Option(
    ["--output"],
    type=FILE,
    help="Write it as JSON, too.",
)
SECTIONS: Final = {"Data": COLUMNS, "Results": (OUTPUT,), "Options": (QUIET,)}


@click.command("evaluate", cls=Sections, epilog=EPILOG, sections=SECTIONS)
@click.argument("model", type=FILE)
@click.argument("data")
def command(model: Path, data: str, output: Path | None, **given: Any) -> None:
    """Print how well a model file does on labelled text.

    DATA is a file of labelled text, or imdb, amazon or yelp: a part of the collection that the
    article's sentences are from.
    """
    from addsup.export.tools.evaluation import evaluate, evaluation_json, evaluation_lines
    from addsup.inference.model import Model
    from addsup.train.files import write_atomically

    found = evaluate(Model.load(model), read_labelled(data, given))
    click.echo("\n".join(evaluation_lines(found)))
    if output:
        write_atomically(output, evaluation_json(found))
        click.echo(f"\nWrote {output}")
