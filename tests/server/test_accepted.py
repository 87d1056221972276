"""Accepted values of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from addsup.server.accepted import (
    Accepted,
    listening_address,
    model_name,
    one_of,
    url_path,
    whole_number,
)


@pytest.mark.parametrize(
    ("accepted", "value", "parsed"),
    [
        (whole_number(1, 9), "9", 9),
        (one_of("a", "b"), "B", "b"),
        (listening_address(), "Example.ORG", "example.org"),
        (listening_address(), "2001:DB8::1", "2001:db8::1"),
        (listening_address(), "unix:a.sock", f"unix:{Path.cwd()}/a.sock"),
        (url_path(), "texts/", "/texts"),
        (url_path(), "/a/b", "/a/b"),
        (url_path(), "/", ""),
        (model_name(), "mail.v2", "mail.v2"),
    ],
)
def test_values_are_read(accepted: Accepted, value: str, parsed: object) -> None:
    assert accepted.parse(value) == parsed


@pytest.mark.parametrize(
    ("accepted", "value"),
    [
        (whole_number(1, 9), "10"),
        (listening_address(), "-a"),
        (listening_address(), "1.2.3"),
        (listening_address(), "a:80"),
        (url_path(), "a?b"),
        (url_path(), "//a//b"),
        (model_name(), ""),
    ],
)
def test_other_values_are_refused(accepted: Accepted, value: str) -> None:
    with pytest.raises(ValueError):
        accepted.parse(value)
