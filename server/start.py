"""Start of the server: this process becomes Gunicorn's master."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from addsup.server.settings import Settings

CONFIGURATION: Final = Path(__file__).with_name("gunicorn.conf.py")


def start(gunicorn_options: Sequence[str]) -> None:
    """Check the settings of the environment, then run Gunicorn until it is stopped.

    Raises:
        SettingError: the environment has a value that is not accepted.
        SystemExit: the server has ended; with a sentence if it could not start.
    """
    settings = Settings.from_environment(os.environ)
    # Gunicorn reads this one by itself while it is imported, and an empty value would stop it.
    os.environ["WEB_CONCURRENCY"] = str(settings.web_concurrency)

    import gunicorn
    from gunicorn.app.wsgiapp import run

    # By these words Gunicorn calls itself again upon SIGUSR2; see `pre_exec`.
    script = str(Path(gunicorn.__file__).with_name("__main__.py"))
    sys.argv[:] = [script, "--config", str(CONFIGURATION), *gunicorn_options]
    run(prog="gunicorn")
