"""What tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keys import KeyPair, make_key_pair
from tests.live import LiveServer, running_server
from train.data.download import cache_folder, ensure
from train.data.resources import ALL


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
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """Give the keys of someone who signs models."""
    return make_key_pair(tmp_path_factory.mktemp("keys"))
