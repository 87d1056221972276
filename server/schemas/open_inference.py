"""What the protocol's requests and answers look like.

https://github.com/kserve/open-inference-protocol, of which the binary extension is left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.schemas.parsing import Review

TEXT: Final = "text"
LABEL: Final = "label"
PROBABILITIES: Final = "probabilities"

Parameters = dict[str, str | int | float | bool]


class Tensor(msgspec.Struct, frozen=True):
    """What a model takes or gives. -1 in the shape stands for the number of reviews."""

    name: str
    datatype: str
    shape: list[int]


class ServerMetadata(msgspec.Struct, frozen=True):
    """The answer of `GET /v2`."""

    name: str
    version: str
    extensions: list[str]


class ModelMetadata(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}`."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[Tensor]
    outputs: list[Tensor]


class Live(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/health/live`."""

    live: bool


class Ready(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/health/ready`."""

    ready: bool


class ModelReady(msgspec.Struct, frozen=True):
    """The answer of `GET /v2/models/{name}/ready`."""

    name: str
    ready: bool


class InputTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The reviews."""

    name: Annotated[str, Meta(extra_json_schema={"const": TEXT})]
    shape: Annotated[
        list[Annotated[int, Meta(ge=0)]],
        Meta(description="[N] or [N, 1] for N reviews.", min_length=1, max_length=2),
    ]
    datatype: Annotated[str, Meta(extra_json_schema={"const": "BYTES"})]
    data: Annotated[
        list[Review | list[Review]], Meta(description="N reviews, flat or each in a list.")
    ]
    parameters: Annotated[Parameters | UnsetType, Meta(description="Not used.")] = UNSET


class WantedTensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An output that is asked for."""

    name: Annotated[str, Meta(extra_json_schema={"enum": [LABEL, PROBABILITIES]})]
    parameters: Annotated[Parameters | UnsetType, Meta(description="Not used.")] = UNSET


class InferenceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /v2/models/{name}/infer`."""

    inputs: Annotated[list[InputTensor], Meta(extra_json_schema={"minItems": 1, "maxItems": 1})]
    id: Annotated[str | UnsetType, Meta(description="Comes back with the answer.")] = UNSET
    outputs: Annotated[
        list[WantedTensor] | UnsetType, Meta(description="Which to send; both if absent or empty.")
    ] = UNSET
    parameters: Annotated[Parameters | UnsetType, Meta(description="Not used.")] = UNSET


class OutputTensor(msgspec.Struct, frozen=True):
    """What the model made of the reviews, flat in row-major order."""

    name: str
    datatype: str
    shape: list[int]
    data: list[Any]


class InferenceResponse(msgspec.Struct, frozen=True):
    """The answer of `POST /v2/models/{name}/infer`."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str | UnsetType = UNSET
