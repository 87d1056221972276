"""`addsup`: the command line, whose commands are the modules of `addsup.commands`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from addsup import __version__
from addsup.inference.errors import AddsupError

#: Each command, in the order of use -> the extra that brings what it needs; "" for none.
COMMANDS: Final = {
    "train": "train",
    "compare": "train",
    "export": "train",
    "serve": "serve",
    "predict": "",
    "score": "score",
    "inspect": "train",
    "evaluate": "train",
    "diff": "train",
    "verify": "train",
    "sign": "train",
    "version": "",
}

INTERRUPTED: Final = 130  # 128 and the number of SIGINT, as shells have it

EPILOG: Final = """\
\b
Examples:
  addsup train mail.csv            # writes mail.onnx and its model card
  addsup serve mail.onnx           # on http://localhost:8000
  addsup predict "A fine film."    # label and reasons, in the terminal
\b
Completion in bash (zsh_source and fish_source for the other shells):
  eval "$(_ADDSUP_COMPLETE=bash_source addsup)"
"""


class Ended(click.ClickException):
    """The end of a command before it is done: a sentence, and the exit status."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code  # type: ignore[misc]  # of the class in click's stubs


class Commands(click.Group):
    """Group whose commands are imported when they are asked for, and end in one form."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"addsup.commands.{cmd_name}").command
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what ends it becomes a sentence that begins with its name."""
        try:
            result = super().invoke(ctx)
            if sys.stdout:
                sys.stdout.flush()  # so that click sees it if nobody reads on
            return result
        except AddsupError as error:
            sentence, status = str(error), 1
        except ModuleNotFoundError as missing:
            if not (extra := COMMANDS.get(ctx.invoked_subcommand or "")):
                raise
            sentence = f"{missing.name} is not installed: pip install 'addsup[{extra}]'"
            status = 1
        except KeyboardInterrupt as stop:
            sentence, status = str(stop) or "stopped.", INTERRUPTED
        raise Ended(f"addsup {ctx.invoked_subcommand}: {sentence}", status)


@click.group(cls=Commands, epilog=EPILOG)
@click.version_option(__version__, message="addsup %(version)s")
def addsup() -> None:
    """Text classifiers whose reasons add up, in one ONNX file."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit status: 1 for bad data, 2 for wrong usage.

    Args:
        arguments: what is typed after `addsup`; None for the process's own.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        return addsup.main(words or ["--help"], "addsup", standalone_mode=False) or 0
    except Ended as end:
        sentence, status = end.message, end.exit_code
    except click.UsageError as wrong:
        path = wrong.ctx.command_path if wrong.ctx else "addsup"
        sentence = f"{path}: {wrong.format_message()} See {path} --help."
        status = wrong.exit_code
    except click.Abort:
        sentence, status = "addsup: stopped.", INTERRUPTED
    newline = "\n" if status == INTERRUPTED and sys.stderr.isatty() else ""  # behind ^C
    click.echo(f"{newline}{sentence}", err=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
