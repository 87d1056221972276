"""`addsup inspect`: what a model file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from addsup.options import COLUMNS, FILE, QUIET, Sections, read_labelled

EPILOG: Final = """\
\b
Examples:
  addsup inspect mail.onnx
  addsup inspect mail.onnx --json | jq .figures
  addsup inspect mail.onnx --behaviour mail.csv
"""


@click.command("inspect", cls=Sections, epilog=EPILOG)
@click.argument("model", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print all of it, as JSON.")
@click.option(
    "--behaviour",
    metavar="DATA",
    help="Print instead how labels change as texts of DATA do: negation, typos, case, length.",
)
@COLUMNS
@QUIET
def command(model: Path, as_json: bool, behaviour: str | None, **given: Any) -> None:
    """Print what a model file says of itself.

    That is labels, data, figures and graph; nothing of it is run. With --behaviour it is, on the
    texts of a file, or of imdb, amazon or yelp.
    """
    if behaviour:
        from addsup.export.tools.behaviour import behaviour as change_and_ask
        from addsup.export.tools.behaviour import report
        from addsup.inference.model import Model

        found = change_and_ask(Model.load(model), read_labelled(behaviour, given).texts)
        click.echo("\n".join(report(found)))
        return
    from addsup.export.tools import inspection

    said = inspection.inspect(model)
    click.echo(inspection.as_json(said) if as_json else "\n".join(inspection.report(said)))
