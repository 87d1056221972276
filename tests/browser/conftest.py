"""Debian's chromium on the real server, and what must hold on every visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import LiveServer
from tests.places import ROOT

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: What chromium itself says of an answer that is not 2xx, and of what the policy forbids.
REFUSED = ("Failed to load resource", "Executing inline script", "Applying inline style")

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; as root: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """A folder that git ignores."""
    folder = ROOT / ".cache" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """Open the page of a server in a fresh context; afterwards see that nothing went amiss.

    `refused=True` is for visits on which the server is to refuse something.
    """
    opened: list[tuple[Page, LiveServer, list[str]]] = []

    def open_page(server: LiveServer = live_server, refused: bool = False, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        page, amiss = context.new_page(), []
        page.on("pageerror", lambda error: amiss.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (amiss.append("a dialog opened"), dialog.dismiss()))
        page.on(
            "console",
            lambda message: (
                amiss.append(f"console: {message.text}")
                if message.type in ("error", "warning")
                and not (refused and message.text.startswith(REFUSED))
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                amiss.append(f"request to {request.url}")
                if urlsplit(request.url).netloc != urlsplit(server.url).netloc
                else None
            ),
        )
        opened.append((page, server, amiss))
        page.goto(server.url)
        return page

    yield open_page

    for page, server, amiss in opened:
        cookies = page.context.cookies(server.url)
        page.context.close()
        assert (amiss, cookies) == ([], [])
