"""Errors: the table of problem types."""

from __future__ import annotations

import pytest

from addsup.server.errors import ProblemError, ProblemType, SettingError


@pytest.mark.parametrize("problem", ProblemType, ids=lambda problem: problem.code)
def test_a_row_of_the_table_has_a_status_of_an_error_and_says_what_is_wrong(
    problem: ProblemType,
) -> None:
    assert 400 <= problem.status < 600
    assert problem.code == problem.name.lower()
    assert not problem.title.endswith(".")
    assert problem.meaning.endswith(".")


@pytest.mark.parametrize(
    ("problem", "header"),
    [(ProblemType.UNAUTHORIZED, "WWW-Authenticate"), (ProblemType.OVERLOADED, "Retry-After")],
)
def test_a_status_that_needs_a_header_has_it(problem: ProblemType, header: str) -> None:
    assert header in ProblemError(problem, "So it is.").headers


def test_a_secret_is_not_repeated() -> None:
    assert str(SettingError("API_KEY", None, "longer")) == (
        "API_KEY has a value that is not accepted; it must be longer."
    )
