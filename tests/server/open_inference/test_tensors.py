"""Tensors: texts out of those of a request, predictions into those of a reply."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from addsup.inference.predictions import Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.open_inference.binary import bytes_of, split, texts_from
from addsup.server.open_inference.tensors import (
    WantedOutput,
    output_tensor,
    texts_of,
    wanted_outputs,
)
from addsup.server.schemas.open_inference import InferenceRequest, InputTensor, WantedTensor


def request(*outputs: WantedTensor, **changes: Any) -> InferenceRequest:
    fields = {"name": "text", "shape": [2], "datatype": "BYTES", "data": ["a", "b"], **changes}
    return InferenceRequest(inputs=[InputTensor(**fields)], outputs=list(outputs))


@pytest.mark.parametrize(
    "changes", [{}, {"shape": [2, 1]}, {"shape": [2, 1], "data": [["a"], ["b"]]}]
)
def test_texts_are_read_flat_or_nested(changes: dict[str, Any]) -> None:
    assert texts_of(request(**changes), b"") == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "other"}, ProblemType.UNKNOWN_TENSOR),
        ({"datatype": "FP32"}, ProblemType.WRONG_TENSOR),
        ({"shape": [3]}, ProblemType.WRONG_TENSOR),
        ({"data": [["a", "b"]]}, ProblemType.WRONG_TENSOR),
        ({"parameters": {"binary_data_size": 3}}, ProblemType.WRONG_TENSOR),
        ({"data": UNSET}, ProblemType.MISSING_FIELD),
        ({"data": UNSET, "parameters": {"binary_data_size": 3}}, ProblemType.BINARY_TENSOR),
    ],
)
def test_other_tensors_are_refused(changes: dict[str, Any], problem: ProblemType) -> None:
    with pytest.raises(ProblemError) as refusal:
        texts_of(request(**changes), b"")

    assert refusal.value.type is problem


def test_outputs_come_in_the_order_and_the_form_in_which_they_are_asked_for() -> None:
    both = [
        WantedTensor(name="probabilities", parameters={"binary_data": True}),
        WantedTensor(name="label"),
    ]

    assert wanted_outputs(request(*both)) == [
        WantedOutput("probabilities", True),
        WantedOutput("label", False),
    ]
    assert wanted_outputs(request()) == [
        WantedOutput("label", False),
        WantedOutput("probabilities", False),
    ]


def test_no_label_is_an_empty_string_and_zeros() -> None:
    unknown = [Prediction(None, None, None, 1, 0)]

    label, _ = output_tensor(WantedOutput("label", False), unknown, ("a", "b"))
    probabilities, _ = output_tensor(WantedOutput("probabilities", False), unknown, ("a", "b"))
    assert (label.data, probabilities.data) == ([""], [0.0, 0.0])


def test_an_output_as_bytes_stands_behind_the_json() -> None:
    found = [Prediction("ü", 0.75, {"ü": 0.75, "b": 0.25}, 1, 1)]

    label, label_bytes = output_tensor(WantedOutput("label", True), found, ("ü", "b"))
    probabilities, numbers = output_tensor(WantedOutput("probabilities", True), found, ("ü", "b"))

    assert label_bytes == b"\2\0\0\0" + "ü".encode()
    assert struct.unpack("<2d", numbers) == (0.75, 0.25)
    assert label.data is probabilities.data is UNSET
    assert (label.parameters, probabilities.parameters) == (
        {"binary_data_size": 6},
        {"binary_data_size": 16},
    )


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
