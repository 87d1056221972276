"""`addsup serve`: a model file on the web, by Gunicorn."""

from __future__ import annotations

import os
from typing import Final

import click

from addsup.inference.errors import AddsupError

EPILOG: Final = """\
\b
Examples:
  addsup serve mail.onnx --port 9000
  LOG_FORMAT=text addsup serve mail.onnx --host 127.0.0.1
  HOST=unix:/run/mail.sock addsup serve mail.onnx -- --pid /run/mail.pid

SIGHUP reads the model file again.
"""


class Serve(click.Command):
    """Command that hands on what follows `--`, and whose help lists the settings."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        ctx.obj = args[end + 1 :]
        return super().parse_args(ctx, args[:end])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from addsup.server.settings import Settings

        super().format_options(ctx, formatter)
        with formatter.section("Settings, from the environment (default)"):
            formatter.write_dl(
                [(f"{each.name} ({each.default})", each.meaning) for each in Settings.documented()],
                col_max=0,
            )


@click.command("serve", cls=Serve, epilog=EPILOG, options_metavar="[OPTIONS]")
@click.argument("file", required=False)
@click.option("--host", metavar="ADDRESS", help="Goes before the setting HOST.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Goes before PORT.")
@click.pass_obj
def command(
    gunicorn_options: list[str], file: str | None, host: str | None, port: int | None
) -> None:
    """Serve a model file on the web: a page, a JSON API, their docs.

    The page is at /, predictions are at POST /predict, the docs at /docs. FILE goes before the
    setting MODEL_PATH; without both, the model that comes with addsup is served. Options of
    Gunicorn stand after `--`.
    """
    from addsup.server.start import start

    for setting, value in {"MODEL_PATH": file, "HOST": host, "PORT": port}.items():
        if value is not None:
            os.environ[setting] = str(value)
    try:
        start(gunicorn_options)
    except SystemExit as end:
        if isinstance(end.code, str):
            raise AddsupError(end.code) from None
        raise
