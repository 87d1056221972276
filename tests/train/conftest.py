"""What tests of training share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread_for_blas() -> Iterator[None]:
    """As `addsup train` has it; several would wait for each other."""
    with threadpool_limits(1):
        yield
