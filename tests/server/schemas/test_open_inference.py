"""Schemas of the Open Inference Protocol."""

from __future__ import annotations

import msgspec
import pytest

from addsup.server.schemas.open_inference import InferenceRequest


def test_a_request_needs_its_inputs_alone() -> None:
    body = b'{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}'

    request = msgspec.json.decode(body, type=InferenceRequest)

    assert request.inputs[0].data == ["a"]
    assert request.id is msgspec.UNSET


def test_a_misspelt_member_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="output_"):
        msgspec.json.decode(b'{"inputs": [], "output_": []}', type=InferenceRequest)
