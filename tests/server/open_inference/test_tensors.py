"""Tensors of the Open Inference Protocol."""

from __future__ import annotations

from typing import Any

import pytest

from server.errors import ProblemError, ProblemType
from server.inference.predictions import Prediction
from server.open_inference.tensors import output_tensor, texts_of, wanted_outputs
from server.schemas.open_inference import InferenceRequest, InputTensor, WantedTensor


def request(*outputs: WantedTensor, **changes: Any) -> InferenceRequest:
    fields = {"name": "text", "shape": [2], "datatype": "BYTES", "data": ["a", "b"], **changes}
    return InferenceRequest(inputs=[InputTensor(**fields)], outputs=list(outputs))


@pytest.mark.parametrize(
    "changes", [{}, {"shape": [2, 1]}, {"shape": [2, 1], "data": [["a"], ["b"]]}]
)
def test_texts_are_read_flat_or_nested(changes: dict[str, Any]) -> None:
    assert texts_of(request(**changes)) == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "other"}, ProblemType.UNKNOWN_TENSOR),
        ({"datatype": "FP32"}, ProblemType.WRONG_TENSOR),
        ({"shape": [3]}, ProblemType.WRONG_TENSOR),
        ({"data": [["a", "b"]]}, ProblemType.WRONG_TENSOR),
        ({"parameters": {"binary_data_size": 3}}, ProblemType.BINARY_TENSOR),
    ],
)
def test_other_tensors_are_refused(changes: dict[str, Any], problem: ProblemType) -> None:
    with pytest.raises(ProblemError) as refusal:
        texts_of(request(**changes))

    assert refusal.value.type is problem


def test_outputs_come_in_the_order_in_which_they_are_asked_for() -> None:
    both = [WantedTensor(name="probabilities"), WantedTensor(name="label")]

    assert wanted_outputs(request(*both)) == ["probabilities", "label"]
    assert wanted_outputs(request()) == ["label", "probabilities"]


def test_no_label_is_an_empty_string_and_zeros() -> None:
    unknown = [Prediction(None, None, None, 1, 0)]

    assert output_tensor("label", unknown, ("a", "b")).data == [""]
    assert output_tensor("probabilities", unknown, ("a", "b")).data == [0.0, 0.0]
