"""`python -m server`: starts Gunicorn in this process. What follows is handed on to it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from server.errors import SettingError
from server.settings import Settings

CONFIGURATION = Path(__file__).with_name("gunicorn.conf.py")


def main() -> None:
    """Check the settings, then become Gunicorn's master process."""
    try:
        settings = Settings.from_environment(os.environ)
    except SettingError as refusal:
        sys.exit(str(refusal))
    # Gunicorn reads this one by itself while it is imported, and an empty value would stop it.
    os.environ["WEB_CONCURRENCY"] = str(settings.workers)

    from gunicorn import __main__ as gunicorn_main
    from gunicorn.app.wsgiapp import run

    # By these words Gunicorn calls itself again upon SIGUSR2.
    sys.argv[:1] = [gunicorn_main.__file__, "--config", str(CONFIGURATION)]
    run(prog="gunicorn")


if __name__ == "__main__":
    main()
