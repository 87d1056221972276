"""Operations: what the API offers, and which errors are whose."""

from __future__ import annotations

from addsup.server.api.openapi.operations import OPERATIONS, OUTSIDE, common_problems
from addsup.server.errors import ProblemType


def test_every_problem_belongs_to_an_operation_or_to_all_or_to_none() -> None:
    own = {problem for operation in OPERATIONS for problem in operation.problems}

    assert own | {*common_problems(), *OUTSIDE, ProblemType.UNAUTHORIZED} == set(ProblemType)
    assert not own & set(common_problems())


def test_no_operation_is_there_twice() -> None:
    places = [(operation.method, operation.path) for operation in OPERATIONS]

    assert len(places) == len(set(places))
