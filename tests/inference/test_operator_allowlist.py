"""What a model file may do, read from its bytes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from addsup.inference.errors import ModelFileError
from addsup.inference.operator_allowlist import INSIDE, check_operators
from addsup.inference.session import open_session
from addsup.server.settings import Settings

SHIPPED = Settings().model_path.read_bytes()
ODD = helper.make_node("EPContext", ["text"], ["copy"], domain="com.microsoft")
JUDGED = [
    ("NodeProto", "op_type"),
    ("NodeProto", "domain"),
    ("TensorProto", "external_data"),
    ("TensorProto", "data_location"),
]
GRAPH = helper.make_graph([ODD], "inner", [], [])


def refusal(content: bytes) -> str:
    """Why *content* is refused; empty when it is not."""
    try:
        check_operators(content)
    except ModelFileError as refused:
        return str(refused)
    return ""


def changed(change: Callable[[onnx.ModelProto], None]) -> bytes:
    """The shipped model after *change*."""
    model = onnx.load_from_string(SHIPPED)
    change(model)
    return model.SerializeToString()


def tensor_outside() -> TensorProto:
    tensor = numpy_helper.from_array(np.zeros(1), "outside")
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def at_the_top(model: onnx.ModelProto) -> None:
    model.graph.node.append(ODD)


def in_a_branch(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("If", ["text"], ["copy"], then_branch=GRAPH))


def in_a_branch_of_a_branch(model: onnx.ModelProto) -> None:
    branch = helper.make_node("If", ["text"], ["copy"], else_branch=GRAPH)
    outer = helper.make_graph([branch], "outer", [], [])
    model.graph.node.append(helper.make_node("Loop", ["text"], ["copy"], body=outer))


def in_a_function(model: onnx.ModelProto) -> None:
    opset = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("local", "F", ["a"], ["b"], [ODD], opset))


@pytest.mark.parametrize(
    "change", [at_the_top, in_a_branch, in_a_branch_of_a_branch, in_a_function]
)
def test_odd_operator_is_found_wherever_it_hides(
    change: Callable[[onnx.ModelProto], None],
) -> None:
    assert "com.microsoft.EPContext" in refusal(changed(change))


def initializer(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(tensor_outside())


def only_said_to_be_outside(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def attribute(model: onnx.ModelProto) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("value", tensor_outside()))


@pytest.mark.parametrize("change", [initializer, only_said_to_be_outside, attribute])
def test_data_outside_the_file_are_found_wherever_they_are_named(
    change: Callable[[onnx.ModelProto], None],
) -> None:
    assert "data outside the file" in refusal(changed(change))


def test_every_way_that_onnx_has_to_an_operator_or_a_tensor_is_followed() -> None:
    """Protobuf's own descriptors lead from a model to no message and by no field but these."""
    ways: dict[str, dict[int, str]] = {name: {} for name in INSIDE}
    for message, name in JUDGED:
        ways[message][getattr(onnx, message).DESCRIPTOR.fields_by_name[name].number] = name
    waiting, seen = [onnx.ModelProto.DESCRIPTOR], {"ModelProto"}
    while waiting:
        message = waiting.pop()
        for field in (field for field in message.fields if field.message_type):
            held = field.message_type
            if held.name in INSIDE:
                ways[message.name][field.number] = held.name
            if held.name not in seen:
                seen.add(held.name)
                waiting.append(held)

    assert ways == INSIDE


def test_the_shipped_model_passes() -> None:
    assert refusal(SHIPPED) == ""


@pytest.mark.parametrize(
    "content",
    [
        SHIPPED[:50_000],
        b"not a graph",
        b"\x00",
        b"\x3a",
        b"\x3b\x3c",  # a group, which ONNX does not have
        b"\xba\x80\x80\x80\x10\x00",  # field 7 for a reader that keeps 32 bits of its number
        b"\x80" * 20,
    ],
)
def test_what_is_no_whole_message_is_refused(content: bytes) -> None:
    assert refusal(content) == "it is not an ONNX file, or not all of one"


def test_last_of_two_names_counts_as_it_does_for_onnxruntime() -> None:
    node = helper.make_node("Abs", ["text"], ["copy"]).SerializeToString() + b"\x22\x02If"
    graph = b"\x0a" + bytes([len(node)]) + node

    assert "never writes: If;" in refusal(b"\x3a" + bytes([len(graph)]) + graph)


def test_session_is_not_opened_on_what_is_refused() -> None:
    with pytest.raises(ModelFileError, match=r"never writes: If, com\.microsoft\.EPContext;"):
        open_session(changed(in_a_branch))


def test_only_the_format_that_was_checked_is_read() -> None:
    """Negative control: by itself, ONNX Runtime takes these bytes for a file in its own format."""
    unknown_field = b"\xa2\x06\x3c" + b"\0ORTM".ljust(60, b"\0")
    content = unknown_field + SHIPPED

    with pytest.raises(Exception, match="ORT model verification failed"):
        onnxruntime.InferenceSession(content)
    assert open_session(content).get_inputs()[0].name == "text"
