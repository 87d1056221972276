"""Tensors: texts out of those of a request, predictions into those of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from addsup.inference.predictions import Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.open_inference import binary
from addsup.server.schemas.open_inference import (
    LABEL,
    PROBABILITIES,
    TEXT,
    InferenceRequest,
    InputTensor,
    OutputTensor,
    Parameters,
)

BOTH = (LABEL, PROBABILITIES)


@dataclass(frozen=True, slots=True)
class WantedOutput:
    """An output that is asked for, and whether as bytes."""

    name: str
    as_bytes: bool


def texts_of(received: InferenceRequest, behind: bytes) -> list[str]:
    """The texts in *received*, in order.

    Args:
        received: the JSON of a request.
        behind: the binary data behind it.

    Raises:
        ProblemError: the model does not take this. HTTP 400.
    """
    if len(received.inputs) != 1:
        raise ProblemError(ProblemType.WRONG_TENSOR, f"Send one input, {TEXT}.", "/inputs")
    tensor = received.inputs[0]
    if tensor.name != TEXT:
        raise ProblemError(
            ProblemType.UNKNOWN_TENSOR, f"The model's one input is {TEXT}.", "/inputs/0/name"
        )
    if tensor.datatype != "BYTES":
        raise ProblemError(
            ProblemType.WRONG_TENSOR, "The datatype of the input is BYTES.", "/inputs/0/datatype"
        )
    texts = _data(tensor, behind)
    if tensor.shape not in ([len(texts)], [len(texts), 1]):
        raise ProblemError(
            ProblemType.WRONG_TENSOR,
            f"There are {len(texts)} texts, so the shape is [{len(texts)}] or [{len(texts)}, 1].",
            "/inputs/0/shape",
        )
    return texts


def _data(tensor: InputTensor, behind: bytes) -> list[str]:
    size = (tensor.parameters or {}).get("binary_data_size")
    if (size is None) == (tensor.data is UNSET):
        raise ProblemError(
            ProblemType.MISSING_FIELD if size is None else ProblemType.WRONG_TENSOR,
            "Send the texts as data, or behind the JSON with binary_data_size: one of the two.",
            "/inputs/0/data",
        )
    if size is not None or behind:
        return binary.texts_from(behind, size)
    return _flat(tensor.data or [], nested=len(tensor.shape) == 2)


def _flat(data: Sequence[str | list[str]], nested: bool) -> list[str]:
    texts = []
    for index, item in enumerate(data):
        if isinstance(item, str):
            texts.append(item)
        elif len(item) == 1 and nested:
            texts.append(item[0])
        else:
            raise ProblemError(
                ProblemType.WRONG_TENSOR,
                "Data are nested as the shape says; [N, 1] has one text in each list.",
                f"/inputs/0/data/{index}",
            )
    return texts


def wanted_outputs(received: InferenceRequest) -> list[WantedOutput]:
    """The outputs to send, in the order in which they are asked for; both if none is.

    Raises:
        ProblemError: one cannot be sent, or not twice. HTTP 400.
    """
    default = _says(received.parameters, "binary_data_output", default=False)
    wanted: dict[str, WantedOutput] = {}
    for index, output in enumerate(received.outputs or ()):
        if output.name not in BOTH or output.name in wanted:
            raise ProblemError(
                ProblemType.UNKNOWN_TENSOR,
                f"The outputs are {LABEL} and {PROBABILITIES}, each once.",
                f"/outputs/{index}/name",
            )
        as_bytes = _says(output.parameters, "binary_data", default=default)
        wanted[output.name] = WantedOutput(output.name, as_bytes)
    return list(wanted.values()) or [WantedOutput(name, default) for name in BOTH]


def _says(parameters: Parameters | UnsetType, name: str, *, default: bool) -> bool:
    return bool((parameters or {}).get(name, default))


def output_tensor(
    wanted: WantedOutput, predictions: Sequence[Prediction], labels: Sequence[str]
) -> tuple[OutputTensor, bytes]:
    """An output, and what of it stands behind the JSON.

    The protocol has no null: no label is "", no probabilities are all 0.
    """
    count = len(predictions)
    if wanted.name == LABEL:
        datatype, shape = "BYTES", [count]
        data: list[str] | list[float] = [each.label or "" for each in predictions]
    else:
        datatype, shape = "FP64", [count, len(labels)]
        none = dict.fromkeys(labels, 0.0)
        rows = [each.probabilities or none for each in predictions]
        data = [row[label] for row in rows for label in labels]
    if not wanted.as_bytes:
        return OutputTensor(wanted.name, datatype, shape, data), b""
    encoded = binary.bytes_of(data, datatype)
    size = {"binary_data_size": len(encoded)}
    return OutputTensor(wanted.name, datatype, shape, parameters=size), encoded
