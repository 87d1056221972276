"""`addsup inspect`: what a model file says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from addsup.options import FILE

EPILOG: Final = """\
\b
Examples:
  addsup inspect mail.onnx
  addsup inspect mail.onnx --json | jq .figures
"""


@click.command("inspect", epilog=EPILOG)
@click.argument("model", type=FILE)
@click.option("--json", "in_json", is_flag=True, help="Print all of it, as JSON.")
def command(model: Path, in_json: bool) -> None:
    """Print what a model file says of itself.

    That is labels, data, figures and graph; nothing of it is run.
    """
    from addsup.export.tools.inspection import as_json, inspect, inspection_lines

    found = inspect(model)
    click.echo(as_json(found) if in_json else "\n".join(inspection_lines(found)))
