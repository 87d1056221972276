"""Operator allow-list: what a model file may do, checked before ONNX Runtime sees it.

An ONNX graph is a program: an operator may run a graph of its own or load a library of its
vendor's, and a tensor may name a file to be read. So only the operators that `addsup export`
writes are accepted, and only data that are in the file. This is a reader of protobuf's wire format
that knows just the fields where an operator or a tensor can be: the `onnx` package stays out of the
container.

Sources: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers),
https://protobuf.dev/programming-guides/encoding/ (wire format)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from addsup.inference.errors import ModelFileError

#: What a graph may do: all that export writes, or wrote, for any classifier. None of it holds a
#: graph of its own, opens a file, or is anyone's but ONNX's (the tokenizer is ONNX Runtime's).
OPERATORS: Final = frozenset(
    "Abs Add ArgMax Cast Concat ConstantOfShape Div Exp Gather GatherElements GatherND Identity "
    "Less Log LogSoftmax Max Min Mul Neg NonZero Pad ReduceSum ScatterElements ScatterND Shape "
    "Sigmoid Sign Slice Softmax Sqrt StringConcat StringSplit Sub TfIdfVectorizer Transpose "
    "Unsqueeze Where "
    "ai.onnx.ml.LabelEncoder com.microsoft.Tokenizer".split()
)

#: Message -> number of the field -> what is in it, for every way to an operator or a tensor.
INSIDE: Final[Mapping[str, Mapping[int, str]]] = {
    "ModelProto": {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "GraphProto": {1: "NodeProto", 5: "TensorProto", 15: "SparseTensorProto"},
    "FunctionProto": {7: "NodeProto", 11: "AttributeProto"},
    "NodeProto": {4: "op_type", 5: "AttributeProto", 7: "domain"},
    "AttributeProto": {
        5: "TensorProto",
        10: "TensorProto",
        6: "GraphProto",
        11: "GraphProto",
        22: "SparseTensorProto",
        23: "SparseTensorProto",
    },
    "SparseTensorProto": {1: "TensorProto", 2: "TensorProto"},
    "TensorProto": {13: "external_data", 14: "data_location"},
}
ELSEWHERE = "data outside the file"
FUNCTION = "a function of its own"


def check_operators(model: bytes) -> None:
    """Check that the bytes of an ONNX file hold nothing that export does not write.

    Raises:
        ModelFileError: they have another operator anywhere, external data or functions, or are not
            protobuf.
    """
    if foreign := sorted(set(_found(model)) - OPERATORS):
        raise ModelFileError(
            f"its graph has what `addsup export` never writes: {', '.join(foreign)}; "
            "export the model again, from what it was trained on"
        )


def _found(model: bytes) -> Iterator[str]:
    """All that a graph is judged by: its operators, with their domain, and what is never good."""
    waiting = [("ModelProto", memoryview(model))]
    while waiting:
        message, content = waiting.pop()
        named = {"op_type": "", "domain": ""}
        for kind, value in _fields(content, INSIDE[message]):
            if kind in INSIDE and not isinstance(value, int):
                waiting.append((kind, value))
            elif kind in named and not isinstance(value, int):
                named[kind] = str(value, "utf-8", "replace")
            elif kind in ("external_data", "data_location") and value != 0:
                yield ELSEWHERE
        if message == "NodeProto":
            yield ".".join(filter(None, (named["domain"], named["op_type"])))
        elif message == "FunctionProto":
            yield FUNCTION


def _fields(
    content: memoryview, inside: Mapping[int, str]
) -> Iterator[tuple[str, int | memoryview]]:
    """What is in the fields of a message that are *inside*, in order; 0 for a fixed-size number.

    Raises:
        ModelFileError: it is no message, is cut off, or is one that readers disagree about.
    """
    place, end = 0, len(content)
    try:
        while place < end:
            tag, place = _varint(content, place)
            value: int | memoryview = 0
            if tag & 7 == 0:
                value, place = _varint(content, place)
            elif tag & 7 == 2:
                length, start = _varint(content, place)
                place = start + length
                value = content[start:place]
            else:
                place += {1: 8, 5: 4}[tag & 7]
            if place > end or not 8 <= tag < 2**32:  # beyond 32 bits, others cut the tag off
                raise IndexError
            if tag >> 3 in inside:
                yield inside[tag >> 3], value
    except (IndexError, KeyError):
        raise ModelFileError("it is not an ONNX file, or not all of one") from None


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    """The number that begins at *place*, and where the next one begins."""
    number = content[place]
    if number < 0x80:
        return number, place + 1
    number &= 0x7F
    for shift in range(7, 70, 7):
        place += 1
        number |= (content[place] & 0x7F) << shift
        if content[place] < 0x80:
            return number, place + 1
    raise IndexError
