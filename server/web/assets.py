"""Static files: their addresses hold a digest of the content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, request, url_for

FOLDER: Final = Path(__file__).with_name("static")
YEAR: Final = 365 * 24 * 3600


@lru_cache(maxsize=32)
def digest(filename: str) -> str:
    """The first digits of the sha256 of a static file."""
    return hashlib.sha256((FOLDER / filename).read_bytes()).hexdigest()[:12]


def asset(filename: str) -> str:
    """The address of a static file as it is now."""
    return url_for("static", filename=filename, v=digest(filename))


def max_age(filename: str | None) -> int | None:
    """Seconds for which a browser may keep a static file without asking again."""
    version = request.args.get("v")
    return YEAR if filename and version and version == digest(filename) else None


def keep_assets(app: Flask) -> None:
    """Let *app* send its static files so, and its templates say `asset`."""
    app.get_send_file_max_age = max_age  # type: ignore[method-assign]
    app.jinja_env.globals["asset"] = asset
