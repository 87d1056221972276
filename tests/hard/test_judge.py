"""Which misses are put down to the machine."""

from __future__ import annotations

import pytest

from bench.machine import Processors
from tests.hard.conftest import Disturbed, Judge, Row

pytestmark = pytest.mark.hard

CALM = Processors(there=2000, used=1000, stolen=1, ours=1000)
OTHERS_HAD_A_TENTH = Processors(there=2000, used=1000, stolen=100, ours=900)


def judge_on(after: Processors) -> Judge:
    moments = iter([Processors(0, 0, 0, 0), after])
    return Judge(lambda: next(moments))


def test_slowness_of_a_disturbed_machine_is_to_be_tried_again_and_is_not_noted() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH)

    with pytest.raises(Disturbed, match=r"2 s, .* at most 1 s; others had 10\.0%"):
        judge.time("stop", "2 s", "at most 1 s", kept=False)

    assert judge.rows == []


def test_slowness_on_a_calm_machine_is_the_fault_of_the_server() -> None:
    judge = judge_on(CALM)

    with pytest.raises(AssertionError) as failure:
        judge.time("stop", "2 s", "at most 1 s", kept=False)

    assert not isinstance(failure.value, Disturbed)
    assert judge.rows == [Row("stop", "**2 s**", "at most 1 s")]


def test_a_wrong_answer_is_the_fault_of_the_server_whatever_the_machine_does() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH)

    with pytest.raises(AssertionError) as failure:
        judge("failed requests", "3", "0", kept=False)

    assert not isinstance(failure.value, Disturbed)


def test_a_promise_that_is_kept_on_a_disturbed_machine_is_kept() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH)

    judge.time("stop", "0.5 s", "at most 1 s", kept=True)

    assert judge.rows == [Row("stop", "0.5 s", "at most 1 s")]
