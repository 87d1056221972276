"""`addsup export`: a kept pipeline -> a model file, proved equal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from addsup.options import FILE, QUIET

EPILOG: Final = """\
\b
Examples:
  addsup train mail.csv --no-export --keep mail.skops
  addsup export mail.skops mail.onnx
"""


@click.command("export", epilog=EPILOG, params=[QUIET])
@click.argument("kept", type=FILE)
@click.argument("model", type=FILE)
def command(kept: Path, model: Path, quiet: bool) -> None:
    """Write a model file from a pipeline that was kept.

    KEPT is what `addsup train --keep` wrote, MODEL the file to write. The graph is proved equal to
    scikit-learn first. A pipeline of your own is exported in Python: `from addsup import
    export_pipeline`.
    """
    from addsup.export.publish import publish
    from addsup.train.artifact import read_kept
    from addsup.train.data.wordnet import WordNet

    click.echo(str(publish(read_kept(kept, WordNet.load(progress=not quiet).lemmatize), model)))
