"""`addsup sign`: a model file, signed with a private key."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from addsup.options import FILE

EPILOG: Final = """\
\b
Example:
  addsup sign mail.onnx --private-key key.pem
"""


@click.command("sign", epilog=EPILOG)
@click.argument("model", type=FILE)
@click.option(
    "--private-key",
    type=FILE,
    metavar="PEM",
    required=True,
    help="Its password is in PRIVATE_KEY_PASSWORD.",
)
def command(model: Path, private_key: Path) -> None:
    """Sign a model file with a private key.

    The signature goes beside it, as MODEL.sig. A server whose MODEL_PUBLIC_KEY is set serves no
    other files than those its owner signed.
    """
    from addsup.export.tools.signing import sign

    click.echo(f"Signed: {sign(model, private_key)}")
