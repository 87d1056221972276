"""`addsup diff`: where two model files disagree."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from addsup.options import COLUMNS, FILE, QUIET, Sections, read_labelled

EPILOG: Final = """\
\b
Examples:
  addsup diff old.onnx new.onnx mail.csv
  addsup diff old.onnx new.onnx            # on the article's sentences
"""


@click.command(
    "diff",
    cls=Sections,
    epilog=EPILOG,
    sections={"Data": COLUMNS, "Options": (QUIET,)},
)
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.argument("data", required=False)
def command(old: Path, new: Path, data: str | None, **given: Any) -> None:
    """Print where two model files disagree, and which is better.

    OLD and NEW are asked for the texts of DATA, a file of labelled text. Better is one by more than
    chance: by McNemar's exact test.
    """
    from addsup.export.tools.model_diff import diff_lines, model_diff
    from addsup.inference.model import Model

    texts = read_labelled(data, given)
    found = model_diff(Model.load(old), Model.load(new), texts.texts, texts.labels, texts.sha256)
    click.echo("\n".join(diff_lines(found)))
