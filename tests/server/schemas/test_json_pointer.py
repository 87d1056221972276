"""JSON pointers to the place of a mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addsup.server.schemas.json_pointer import first_duplicate, lone_surrogate, pointer_at


@pytest.mark.parametrize(
    ("body", "mark", "pointer"),
    [
        (b'{"a": !}', b"!", "/a"),
        (b'{"a": [1, {"b": !}]}', b"!", "/a/1/b"),
        (b'{"a/b": {"c~d": !}}', b"!", "/a~1b/c~0d"),
        (b"!", b"!", ""),
        (b"[[], [0, !]]", b"!", "/1/1"),
    ],
)
def test_a_place_is_named_by_its_keys_and_indexes(body: bytes, mark: bytes, pointer: str) -> None:
    assert pointer_at(body, body.index(mark)) == pointer


def test_the_first_key_that_comes_twice_is_found() -> None:
    assert first_duplicate(b'{"a": {"b": 1, "c": 2, "b": 3}, "a": 4}') == "/a/b"
    assert first_duplicate(b'{"a": 1}') is None


def test_half_of_a_surrogate_pair_is_found_where_its_string_begins() -> None:
    assert lone_surrogate(b'["a", "\\ud800"]') == 6
    assert lone_surrogate(b'["\\ud83d\\ude00"]') is None


@given(st.binary(max_size=60), st.integers(0, 60))
def test_any_bytes_have_a_place_or_none(body: bytes, offset: int) -> None:
    for found in (pointer_at(body, offset), first_duplicate(body)):
        assert found is None or found == "" or found.startswith("/")
