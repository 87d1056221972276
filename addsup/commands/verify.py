"""`addsup verify`: a model file, checked for all that it claims."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from addsup.options import FILE, QUIET

EPILOG: Final = """\
\b
Examples:
  addsup verify mail.onnx
  addsup verify mail.onnx --kept mail.skops --public-key key.pub.pem
"""


@click.command("verify", epilog=EPILOG, params=[QUIET])
@click.argument("model", type=FILE)
@click.option("--kept", type=FILE, help="What `addsup train --keep` wrote.")
@click.option("--public-key", type=FILE, metavar="PEM", help="Whose owner must have signed it.")
def command(model: Path, kept: Path | None, public_key: Path | None, quiet: bool) -> None:
    """Check a model file for all that it claims.

    That is checksum, signature, operators, golden texts, lemmas, and reasons that add up. With
    --kept, scikit-learn's pipeline is asked, too. The exit status is 1 if a check fails.
    """
    from addsup.export.tools.verify import verify
    from addsup.inference.errors import ModelFileError
    from addsup.train.artifact import read_kept
    from addsup.train.data.wordnet import WordNet

    wordnet = WordNet.load(progress=not quiet)
    trained = read_kept(kept, wordnet.lemmatize) if kept else None
    failed = 0
    for finding in verify(model, wordnet.exceptions, wordnet.lemmatize, trained, public_key):
        click.echo(str(finding))
        failed += not finding.passed
    if failed:
        raise ModelFileError(f"{model} fails {failed} of its checks; do not serve it.")
