"""`addsup serve`: starts Gunicorn in this process. `--help` shows the settings."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import Final

from addsup.server.errors import SettingError
from addsup.server.settings import Settings

from addsup import __version__

CONFIGURATION: Final = Path(__file__).with_name("gunicorn.conf.py")

USAGE: Final = """\
Usage: [VARIABLE=value ...] addsup serve [-- OPTIONS OF GUNICORN]

Serves one model file: a form at /, predictions at POST /predict, the Open Inference
Protocol under /v2, the API's documentation at /docs. Everything is set in the environment:

{settings}

Examples:
  PORT=9000 addsup serve
  MODEL_PATH=models/mail.onnx HOST=127.0.0.1 LOG_FORMAT=text addsup serve
  HOST=unix:/run/reviews.sock addsup serve
  addsup serve -- --pid /run/reviews.pid

--help shows this, --version the versions. SIGHUP reads the model file again.
"""


def main() -> None:
    """Check the settings, then become Gunicorn's master process."""
    own, _, of_gunicorn = _split(sys.argv[1:])
    if own in (["--help"], ["-h"]):
        print(usage())
        return
    if own == ["--version"]:
        print(versions())
        return
    if own:
        sys.exit(f"{own[0]} is not known here: see --help. Options of Gunicorn stand after --.")
    try:
        settings = Settings.from_environment(os.environ)
    except SettingError as refusal:
        sys.exit(str(refusal))
    # Gunicorn reads this one by itself while it is imported, and an empty value would stop it.
    os.environ["WEB_CONCURRENCY"] = str(settings.workers)

    import gunicorn
    from gunicorn.app.wsgiapp import run

    # By these words Gunicorn calls itself again upon SIGUSR2; see `pre_exec`.
    script = str(Path(gunicorn.__file__).with_name("__main__.py"))
    sys.argv[:] = [script, "--config", str(CONFIGURATION), *of_gunicorn]
    run(prog="gunicorn")


def _split(words: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before the first `--`, it, and what follows."""
    place = words.index("--") if "--" in words else len(words)
    return words[:place], words[place : place + 1], words[place + 1 :]


def usage() -> str:
    """The help, with every setting and its default."""
    lines = []
    for name, default, meaning in Settings.documented():
        lines.append(f"  {name} ({default})")
        lines += textwrap.wrap(meaning, 84, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return USAGE.format(settings="\n".join(lines))


def versions() -> str:
    """The versions of what would run."""
    from importlib.metadata import version

    packages = " ".join(f"{each} {version(each)}" for each in ("gunicorn", "flask", "onnxruntime"))
    return f"server {__version__}, python {sys.version.split()[0]}, {packages}"


if __name__ == "__main__":
    main()
