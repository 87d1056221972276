"""Tensors: texts out of those of a request, predictions into those of a reply.

https://github.com/kserve/open-inference-protocol
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from addsup.inference.predictions import Prediction
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.open_inference import binary

TEXT: Final = "text"
LABEL: Final = "label"
PROBABILITIES: Final = "probabilities"

#: What standard clients send along, and what means nothing here.
Parameters = dict[str, Any]


class InputTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The texts."""

    name: str
    shape: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1, max_length=2)]
    datatype: str
    data: list[str | list[str]] | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET


class WantedTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An output that is asked for."""

    name: str
    parameters: Parameters | UnsetType = UNSET


class InferenceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /v2/models/{name}/infer`."""

    inputs: list[InputTensor]
    id: str | UnsetType | None = UNSET
    outputs: list[WantedTensor] | UnsetType = UNSET
    parameters: Parameters | UnsetType = UNSET
    model_name: str | UnsetType | None = UNSET  # sent by clients, and not used
    model_version: str | UnsetType | None = UNSET


def texts_of(received: InferenceRequest, behind: bytes) -> list[str]:
    """The texts in *received*, in order, with *behind*, the binary data behind its JSON.

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


def wanted_outputs(received: InferenceRequest) -> dict[str, bool]:
    """The outputs to send and whether as bytes, in the order asked for; both if none is.

    Raises:
        ProblemError: one cannot be sent, or not twice. HTTP 400.
    """
    default = bool((received.parameters or {}).get("binary_data_output"))
    wanted: dict[str, bool] = {}
    for index, output in enumerate(received.outputs or ()):
        if output.name not in (LABEL, PROBABILITIES) or output.name in wanted:
            raise ProblemError(
                ProblemType.UNKNOWN_TENSOR,
                f"The outputs are {LABEL} and {PROBABILITIES}, each once.",
                f"/outputs/{index}/name",
            )
        wanted[output.name] = bool((output.parameters or {}).get("binary_data", default))
    return wanted or {LABEL: default, PROBABILITIES: default}


def output_tensor(
    name: str, as_bytes: bool, predictions: Sequence[Prediction], labels: Sequence[str]
) -> tuple[dict[str, Any], bytes]:
    """An output, flat in row-major order, and what of it stands behind the JSON.

    The protocol has no null: no label is "", no probabilities are all 0.
    """
    count = len(predictions)
    if name == LABEL:
        datatype, shape = "BYTES", [count]
        data: list[str] | list[float] = [each.label or "" for each in predictions]
    else:
        datatype, shape = "FP64", [count, len(labels)]
        none = dict.fromkeys(labels, 0.0)
        rows = [each.probabilities or none for each in predictions]
        data = [row[label] for row in rows for label in labels]
    tensor = {"name": name, "datatype": datatype, "shape": shape}
    if not as_bytes:
        return {**tensor, "data": data}, b""
    encoded = binary.bytes_of(data, datatype)
    return {**tensor, "parameters": {"binary_data_size": len(encoded)}}, encoded
