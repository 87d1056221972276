"""Which misses are put down to the machine."""

from __future__ import annotations

import math

import pytest

from tests.hard.conftest import MARGIN, Disturbed, Judge, Row
from tests.hard.machine import Processors

pytestmark = pytest.mark.hard

CALM = Processors(there=2000, used=1000, stolen=1, ours=1000)
OTHERS_HAD_A_TENTH = Processors(there=2000, used=1000, stolen=100, ours=900)


def judge_on(after: Processors, *, is_last_try: bool = False) -> Judge:
    moments = iter([Processors(0, 0, 0, 0), after])
    return Judge(lambda: next(moments), is_last_try=is_last_try)


def test_slowness_of_a_disturbed_machine_is_to_be_tried_again_and_is_not_noted() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH)

    with pytest.raises(Disturbed, match=r"stop: 2 s; others had 10% .* at most 1 s"):
        judge.time("stop", 2, "s", at_most=1)

    assert judge.rows == []


def test_the_last_try_of_a_disturbed_machine_may_miss_by_a_factor_and_says_why() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH, is_last_try=True)

    judge.time("stop", 2, "s", at_most=1)

    assert judge.rows == [Row("stop", "2 s; others had 10% of the processors", "at most 1 s")]


@pytest.mark.parametrize(("seen", "margin"), [(11, MARGIN), (2, 1.3), (math.inf, MARGIN)])
def test_a_miss_by_more_fails_even_then_and_is_not_tried_again(seen: float, margin: float) -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH, is_last_try=True)

    with pytest.raises(AssertionError) as failure:
        judge.time("stop", seen, "s", at_most=1, margin=margin)

    assert not isinstance(failure.value, Disturbed)


def test_slowness_on_a_calm_machine_is_the_fault_of_the_server_on_every_try() -> None:
    for is_last_try in (False, True):
        judge = judge_on(CALM, is_last_try=is_last_try)

        with pytest.raises(AssertionError) as failure:
            judge.time("stop", 2, "s", at_most=1)

        assert not isinstance(failure.value, Disturbed)
        assert judge.rows == [Row("stop", "**2 s**", "at most 1 s")]


def test_a_wrong_answer_is_the_fault_of_the_server_whatever_the_machine_does() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH, is_last_try=True)

    with pytest.raises(AssertionError) as failure:
        judge("failed requests", "3", "0", kept=False)

    assert not isinstance(failure.value, Disturbed)


def test_a_promise_that_is_kept_on_a_disturbed_machine_is_kept() -> None:
    judge = judge_on(OTHERS_HAD_A_TENTH)

    judge.time("stop", 0.5, "s", at_most=1)

    assert judge.rows == [Row("stop", "0.5 s", "at most 1 s")]


def test_what_never_came_is_said_to_be_so() -> None:
    judge = judge_on(CALM)

    with pytest.raises(AssertionError, match="stop: never, but promised is at most 1 s"):
        judge.time("stop", math.inf, "s", at_most=1)


def test_the_first_try_is_not_the_last(judge: Judge) -> None:
    assert not judge.is_last_try
