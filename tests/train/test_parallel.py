"""Parallel map: the same results in the same order."""

from __future__ import annotations

import os

import pytest
from addsup.train import parallel
from addsup.train.parallel import in_parallel


def process_and_square(number: int) -> tuple[int, int]:
    return os.getpid(), number * number


def test_little_work_stays_in_this_process() -> None:
    found = list(in_parallel(process_and_square, range(4)))

    assert found == [(os.getpid(), n * n) for n in range(4)]


@pytest.mark.parametrize("alone", [False, True])
def test_much_work_is_dealt_out_in_order(alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "SECONDS", 0.0)
    monkeypatch.setattr(parallel, "processors", lambda: 2)

    found = list(in_parallel(process_and_square, range(6), alone=alone))

    assert [square for _, square in found] == [n * n for n in range(6)]
    assert ({process for process, _ in found} == {os.getpid()}) == alone
