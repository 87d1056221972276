"""Reviews out of a request's tensors, predictions into the answer's."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from server.errors import ProblemError, ProblemType
from server.inference.predictions import Prediction
from server.schemas.open_inference import (
    LABEL,
    PROBABILITIES,
    TEXT,
    InferenceRequest,
    InputTensor,
    OutputTensor,
    Parameters,
)

BOTH = (LABEL, PROBABILITIES)
ONLY_JSON = "Tensors are read and sent as JSON only; set binary_data to false in the client."


def texts_of(received: InferenceRequest) -> list[str]:
    """The reviews in *received*, in order.

    Raises:
        ProblemError: the model does not take this. HTTP 400.
    """
    if len(received.inputs) != 1:
        raise ProblemError(ProblemType.WRONG_TENSOR, f"Send one input, {TEXT}.", "/inputs")
    tensor = received.inputs[0]
    if tensor.parameters is not UNSET and "binary_data_size" in tensor.parameters:
        raise ProblemError(
            ProblemType.BINARY_TENSOR, ONLY_JSON, "/inputs/0/parameters/binary_data_size"
        )
    if tensor.name != TEXT:
        raise ProblemError(
            ProblemType.UNKNOWN_TENSOR, f"The model's one input is {TEXT}.", "/inputs/0/name"
        )
    if tensor.datatype != "BYTES":
        raise ProblemError(
            ProblemType.WRONG_TENSOR, "The datatype of the input is BYTES.", "/inputs/0/datatype"
        )
    reviews = _flat(tensor)
    if tensor.shape not in ([len(reviews)], [len(reviews), 1]):
        raise ProblemError(
            ProblemType.WRONG_TENSOR,
            f"There are {len(reviews)} reviews, so the shape is [{len(reviews)}] or "
            f"[{len(reviews)}, 1].",
            "/inputs/0/shape",
        )
    return reviews


def _flat(tensor: InputTensor) -> list[str]:
    reviews = []
    for index, item in enumerate(tensor.data):
        if isinstance(item, str):
            reviews.append(item)
        elif len(item) == 1 and len(tensor.shape) == 2:
            reviews.append(item[0])
        else:
            raise ProblemError(
                ProblemType.WRONG_TENSOR,
                "Data are nested as the shape says; [N, 1] has one review in each list.",
                f"/inputs/0/data/{index}",
            )
    return reviews


def wanted_outputs(received: InferenceRequest) -> list[str]:
    """Names of the outputs to send, in the order in which they are asked for.

    Raises:
        ProblemError: one cannot be sent, or not twice. HTTP 400.
    """
    if wants_binary(received.parameters, "binary_data_output"):
        raise ProblemError(ProblemType.BINARY_TENSOR, ONLY_JSON, "/parameters/binary_data_output")
    names: list[str] = []
    for index, output in enumerate(received.outputs or ()):
        if wants_binary(output.parameters, "binary_data"):
            raise ProblemError(
                ProblemType.BINARY_TENSOR, ONLY_JSON, f"/outputs/{index}/parameters/binary_data"
            )
        if output.name not in BOTH or output.name in names:
            raise ProblemError(
                ProblemType.UNKNOWN_TENSOR,
                f"The outputs are {LABEL} and {PROBABILITIES}, each once.",
                f"/outputs/{index}/name",
            )
        names.append(output.name)
    return names or list(BOTH)


def wants_binary(parameters: Parameters | UnsetType, name: str) -> bool:
    """Whether *parameters* ask for the binary extension by *name*."""
    return parameters is not UNSET and bool(parameters.get(name))


def output_tensor(
    name: str, predictions: Sequence[Prediction], labels: Sequence[str]
) -> OutputTensor:
    """The output *name*. The protocol has no null: no label is "", no probabilities are all 0."""
    count = len(predictions)
    if name == LABEL:
        return OutputTensor(LABEL, "BYTES", [count], [each.label or "" for each in predictions])
    none = dict.fromkeys(labels, 0.0)
    rows = [each.probabilities or none for each in predictions]
    flat = [row[label] for row in rows for label in labels]
    return OutputTensor(PROBABILITIES, "FP64", [count, len(labels)], flat)
