"""Binary tensor data: any bytes are read whole or refused, and what is written can be read."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.open_inference.binary import bytes_of, split, texts_from


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_texts_survive_being_written_and_read(texts: list[str]) -> None:
    data = bytes_of(texts, "BYTES")

    assert texts_from(data, len(data)) == texts


@given(st.lists(st.floats(allow_nan=False)))
def test_numbers_are_little_endian_doubles(numbers: list[float]) -> None:
    assert list(struct.unpack(f"<{len(numbers)}d", bytes_of(numbers, "FP64"))) == numbers


@given(st.binary())
def test_any_bytes_are_read_whole_or_refused_with_the_code(data: bytes) -> None:
    try:
        texts = texts_from(data, len(data))
    except ProblemError as problem:
        assert problem.type is ProblemType.BINARY_TENSOR
    else:
        assert bytes_of(texts, "BYTES") == data


@pytest.mark.parametrize("size", [None, 0, 6, 8, -7, 7.5, "7", True, [7]])
def test_a_size_that_does_not_fit_is_refused(size: object) -> None:
    with pytest.raises(ProblemError, match="7 bytes stand behind the JSON") as refused:
        texts_from(b"\3\0\0\0abc", size)
    assert refused.value.pointer == "/inputs/0/parameters/binary_data_size"


def test_json_and_data_are_split_where_the_header_says() -> None:
    assert split(b"{}abc", None) == (b"{}abc", b"")
    assert split(b"{}abc", "2") == (b"{}", b"abc")
    assert split(b"{}", "2") == (b"{}", b"")


@pytest.mark.parametrize("announced", ["3", "-1", "", "2.0", "0x2", "\u0662", "9" * 30])
def test_a_header_that_is_no_length_is_refused(announced: str) -> None:
    with pytest.raises(ProblemError) as refused:
        split(b"{}", announced)
    assert refused.value.type is ProblemType.BINARY_TENSOR
