"""What tests share."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from addsup.train.data.download import cache_folder, ensure
from addsup.train.data.resources import ALL
from tests.keys import KeyPair, make_key_pair
from tests.live import LiveServer, running_server
from tests.wheels import build, clean_copy

#: Marker -> the command for the tests that have it; the first one that a test has counts.
COMMANDS = {
    "browser": "make test-browser",
    "image": "make test-image",
    "clients": "make test-clients",
    "hard": "make test-hard",
    "data": "make test-all",
    "slow": "make test-all",
}

#: Command -> how many tests of it were deselected.
NOT_RUN = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def data_cache() -> Path:
    """Give the folder of the real data, fetched at most once: `DATA_CACHE`, else `.cache/data`."""
    cache = cache_folder()
    for resource in ALL:
        ensure(resource, cache)
    return cache


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Run the real server under Gunicorn with the default settings and the shipped model."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel of this tree; the sdist that it was built from is beside it."""
    if not shutil.which("git"):
        pytest.skip("git is missing: apt-get install git")  # in CI a skip is a failure
    folder = tmp_path_factory.mktemp("package")
    return build(clean_copy(folder / "source"), folder / "dist")


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """Give the keys of someone who signs models."""
    return make_key_pair(tmp_path_factory.mktemp("keys"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what fetches data, so that `make test` needs nothing but Python."""
    for item in items:
        if "data_cache" in getattr(item, "fixturenames", ()) or "npm" in item.name:
            item.add_marker(pytest.mark.data)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep the data from what is not marked, so that a test that needs them fails everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        if not item.get_closest_marker("data"):
            patch.setenv("DATA_CACHE", os.devnull)  # nothing is there, and nothing can be kept
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, where everything is installed, a test that skips for want of something has failed."""
    report = yield
    if report.skipped and os.environ.get("CI") and "root" not in str(report.longrepr):
        report.outcome = "failed"
    return report


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = Counter()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        marker = next((each for each in COMMANDS if item.get_closest_marker(each)), None)
        if marker:
            item.config.stash[NOT_RUN][COMMANDS[marker]] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the counts of a process of pytest-xdist to the one that prints them."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = dict(session.config.stash[NOT_RUN])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[NOT_RUN] = Counter(getattr(node, "workeroutput", {}).get("not_run", {}))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Say, below all else, what the markers have left out, and how to run it."""
    yield
    if counts := terminalreporter.config.stash[NOT_RUN]:
        groups = [f"{count} ({command})" for command, count in counts.most_common()]
        terminalreporter.write_line(f"not run: {', '.join(groups)}")
